/** Generated classes' base: weights in and out by name, layouts, inference, and what wrong calls are told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../runtime/index.ts';
import type { ParameterSpec } from '../../runtime/program.ts';
import { initialValues } from '../../runtime/weights/initialize.ts';
import { readParameter, writeParameter } from '../../runtime/weights/layout.ts';
import { messageOf } from '../support/message-of.ts';
import { openTestDevice, Softmax } from '../train/softmax-regression.ts';

const scratch = mkdtempSync(join(tmpdir(), 'netc-model-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const device = await openTestDevice();

test('an arena may hold a parameter in any order and with gaps', () => {
  const parameter: ParameterSpec = {
    name: 'w',
    shape: [2, 3, 2],
    offset: 1,
    strides: [1, 8, 2],
    trainable: true,
    init: { kind: 'constant', value: 0 },
  };
  const values = Float32Array.from({ length: 12 }, (_, i) => i + 1);
  const arena = new Float32Array(24);
  writeParameter(arena, parameter, values);
  // The element [1, 2, 1], the last, lies at 1 + 1 + 16 + 2.
  expect(arena[20]).toBe(12);
  expect(arena[0]).toBe(0);
  expect([...arena].filter((value) => value !== 0).length).toBe(12);
  expect(readParameter(arena, parameter)).toEqual(values);
});

test('first values depend on seed, parameter and element, not on the layout', () => {
  const parameter = (init: ParameterSpec['init'], strides = [3, 1]): ParameterSpec => ({
    name: 'w',
    shape: [500, 3],
    offset: 0,
    strides,
    trainable: true,
    init,
  });
  const uniform = parameter({ kind: 'uniform', low: -0.5, high: 0.5 });
  const values = initialValues(uniform, 0, 1);
  expect(values).toEqual(initialValues({ ...uniform, strides: [1, 500] }, 0, 1));
  expect(values).not.toEqual(initialValues(uniform, 1, 1));
  expect(values).not.toEqual(initialValues(uniform, 0, 2));
  expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.49);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.5);
  expect(new Set(initialValues(parameter({ kind: 'constant', value: 2 }), 0, 1))).toEqual(new Set([2]));
  const normal = initialValues(parameter({ kind: 'normal', mean: 1, std: 0.1 }), 0, 1);
  expect(normal.reduce((sum, value) => sum + value, 0) / normal.length).toBeCloseTo(1, 1);
});

test('parameters come out in their PyTorch shapes and go in again, through a file and through bytes', async () => {
  const a = await Softmax.create(device, { seed: 5 });
  const parameters = await a.parameters();
  expect(Object.keys(parameters)).toEqual(['fc.weight', 'fc.bias']);
  expect(parameters['fc.weight']?.shape).toEqual([10, 784]);
  const file = join(scratch, 'w.safetensors');
  const bytes = await a.save(file);
  for (const weights of [file, bytes, bytes.slice().buffer, parameters]) {
    expect(await (await Softmax.create(device, { weights })).parameters()).toEqual(parameters);
  }
  const b = await Softmax.create(device, { seed: 6 });
  expect(await b.parameters()).not.toEqual(parameters);
  await b.load(file);
  expect(await b.parameters()).toEqual(parameters);
});

test('weights that do not fit are named, all of them', async () => {
  const model = await Softmax.create(device);
  const { 'fc.weight': weight, 'fc.bias': bias } = await model.parameters();
  if (!weight || !bias) throw new Error('the model lost its parameters');
  const message = await messageOf(
    model.load({ 'fc.wieght': weight, 'fc.bias': tensor(new Float32Array(9), [9]), extra: bias }),
  );
  expect(message).toContain('the set of weights does not fit Softmax');
  expect(message).toContain("missing: fc.weight, expected f32[10, 784]; did you mean the file's `fc.wieght`?");
  expect(message).toContain('mis-shaped: fc.bias, expected f32[10], found f32[9]');
  expect(message).toContain('surplus: extra [10] is not a parameter');
  const short = { 'fc.weight': { shape: [10, 784], data: new Float32Array(3) }, 'fc.bias': bias };
  expect(await messageOf(model.load(short))).toContain('mis-shaped: fc.weight says [10, 784], but has 3 elements');
  // Nothing was changed.
  expect((await model.parameters())['fc.weight']).toEqual(weight);
  expect(await messageOf(model.load(join(scratch, 'none.safetensors')))).toContain('there is no such file');
});

test('forward takes any number of samples, also more than there was room for', async () => {
  const model = await Softmax.create(device, { batch: 2, seed: 1 });
  const data = Float32Array.from({ length: 5 * 784 }, (_, i) => Math.sin(i));
  const five = await model.forward({ image: tensor(data, [5, 1, 28, 28]) });
  expect(five.shape).toEqual([5, 10]);
  const one = await model.forward({ image: tensor(data.subarray(4 * 784), [1, 1, 28, 28]) });
  expect(one.data).toEqual(five.data.subarray(40));
  expect(model.session.capacity).toBe(5);
  const parameters = await model.parameters();
  const { 'fc.weight': weight, 'fc.bias': bias } = parameters;
  let expected = bias?.data[3] ?? 0;
  for (let p = 0; p < 784; p++) expected += (weight?.data[3 * 784 + p] ?? 0) * (data[4 * 784 + p] ?? 0);
  expect(one.data[3]).toBeCloseTo(expected, 4);
});

test('a wrong input is told what was expected, what came and what to do', async () => {
  const model = await Softmax.create(device);
  /** As JavaScript would call it, without the types. */
  const forward = (inputs: Readonly<Record<string, unknown>>) =>
    messageOf(Reflect.apply(model.forward, model, [inputs]));
  const image = (shape: readonly number[], length = shape.reduce((a, b) => a * b, 1)): Tensor => ({
    shape,
    data: new Float32Array(length),
  });
  expect(await forward({ image: image([64, 3, 28, 28]) })).toBe(
    'Softmax.forward: the input `image` is f32[N, 1, 28, 28], but got f32[64, 3, 28, 28]; only the first size, the batch, may differ',
  );
  expect(await forward({ image: image([1, 28, 28]) })).toContain('add the batch in front: [1, 1, 28, 28]');
  expect(await forward({})).toContain('but got nothing; give `{ image: tensor(data, [N, 1, 28, 28]) }`');
  expect(await forward({ image: { shape: [1, 1, 28, 28], data: new Uint8Array(784) } })).toContain(
    'convert the data to f32',
  );
  expect(await forward({ image: image([0, 1, 28, 28]) })).toContain('at least one sample');
  expect(await forward({ image: image([2, 1, 28, 28], 784) })).toContain('with 784 elements; the shape asks for 1568');
});

test('TypeScript knows the shapes', async () => {
  const model = await Softmax.create(device);
  const wrong = tensor(new Float32Array(3 * 784), [1, 3, 28, 28]);
  // @ts-expect-error: three channels where one is expected.
  expect(await messageOf(model.forward({ image: wrong }))).toContain('f32[1, 3, 28, 28]');
  expect(() => tensor(new Float32Array(3), [2, 2])).toThrow(
    'a tensor of shape [2, 2] has 4 elements, but the data has 3',
  );
});

test('a model frees its memory at the end of its block', async () => {
  const model = await Softmax.create(device);
  model[Symbol.dispose]();
  await expect(model.parameters()).rejects.toThrow();
});
