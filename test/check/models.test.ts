/** The shipped models: shapes, parameters, start values, trainings, data set. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { TypedBlock, TypedExpr, TypedModel } from '../../compiler/2-check/typed.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { showType } from '../../compiler/ops/infer.ts';
import { checkText, checkValid } from './harness.ts';

const models = new URL('../../models/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, models), 'utf8');
const files = { './fashion_mnist.net': read('fashion_mnist.net') };

/** Layers and functions in the order in which they run, with what they give. */
function stages(block: TypedBlock): string[] {
  const shown: string[] = [];
  const walk = (expr: TypedExpr): void => {
    if (expr.kind !== 'op' && expr.kind !== 'call') return;
    expr.args.forEach(walk);
    if (expr.kind === 'call') shown.push(`${expr.instance.path || expr.instance.callee} ${showType(expr.type)}`);
    else shown.push(`${expr.op} ${showType(expr.type)}`);
  };
  for (const { value } of block.lets) walk(value);
  block.results.forEach(walk);
  return shown;
}

const count = (model: TypedModel): number =>
  model.parameters.reduce((sum, p) => sum + (dim.constant(dim.product(p.type.shape)) ?? Number.NaN), 0);

test('the Fashion-MNIST network has the known shapes and 167,114 parameters', () => {
  const { program, diagnostics } = checkText(read('fashion_cnn.net'), files);
  expect(diagnostics).toEqual([]);
  const [model] = program.models;
  expect(stages(model.body)).toEqual([
    'conv1 f32[N, 32, 26, 26]',
    'relu f32[N, 32, 26, 26]',
    'MaxPool2d f32[N, 32, 13, 13]',
    'conv2 f32[N, 64, 11, 11]',
    'relu f32[N, 64, 11, 11]',
    'MaxPool2d f32[N, 64, 5, 5]',
    'conv3 f32[N, 128, 3, 3]',
    'relu f32[N, 128, 3, 3]',
    'flatten f32[N, 1152]',
    'fc1 f32[N, 64]',
    'relu f32[N, 64]',
    'fc2 f32[N, 10]',
    'softmax f32[N, 10]',
  ]);
  expect(count(model)).toBe(167_114);
  expect(model.batch).toBe('N');
});

test('parameters have the names, shapes and start values of PyTorch', () => {
  const { models: all } = checkValid(read('fashion_cnn_logits.net'), files);
  const shown = all[0].parameters.map(({ path, type, init }) => {
    const bound = init.kind === 'uniform' ? [init.low, init.high].map((x) => x.toFixed(6)).join(' ') : init.kind;
    return `${path} ${showType(type)} ${bound}`;
  });
  const bound = (fanIn: number): string => {
    const b = (1 / Math.sqrt(fanIn)).toFixed(6);
    return `-${b} ${b}`;
  };
  expect(shown).toEqual([
    `conv1.weight f32[32, 1, 3, 3] ${bound(9)}`,
    `conv1.bias f32[32] ${bound(9)}`,
    `conv2.weight f32[64, 32, 3, 3] ${bound(288)}`,
    `conv2.bias f32[64] ${bound(288)}`,
    `conv3.weight f32[128, 64, 3, 3] ${bound(576)}`,
    `conv3.bias f32[128] ${bound(576)}`,
    `fc1.weight f32[64, 1152] ${bound(1152)}`,
    `fc1.bias f32[64] ${bound(1152)}`,
    `fc2.weight f32[10, 64] ${bound(64)}`,
    `fc2.bias f32[10] ${bound(64)}`,
  ]);
});

test('the training has its settings, fields and expressions', () => {
  const { trainings } = checkValid(read('fashion_cnn_logits.net'), files);
  const [training] = trainings;
  const { name, batch, epochs, shuffle, seed, validate, limit } = training;
  expect({ name, batch, epochs, shuffle, seed, validate, limit }).toEqual({
    name: 'FashionCnnLogits',
    batch: 64,
    epochs: 30,
    shuffle: true,
    seed: 42,
    validate: 'test',
    limit: undefined,
  });
  expect(training.fields.map((f) => `${f.name} ${showType(f.type)}`)).toEqual([
    'image u8[N, 1, 28, 28]',
    'label class(10)[N]',
  ]);
  expect(training.input.map((i) => `${i.name} ${showType(i.value.type)}`)).toEqual(['image f32[N, 1, 28, 28]']);
  expect(showType(training.loss.type)).toBe('f32[]');
  expect(training.metrics.map((m) => m.name)).toEqual(['accuracy']);
  const locals = [...training.fields.map((f) => f.local), training.output, training.model.inputs[0].local];
  expect(new Set(locals).size).toBe(locals.length);
});

test('the data set names its files with their hashes', () => {
  const [dataset] = checkValid(read('fashion_mnist.net')).datasets;
  expect(dataset.classes).toHaveLength(10);
  expect(dataset.sample.map((f) => `${f.name} ${showType(f.type)}`)).toEqual([
    'image u8[1, 28, 28]',
    'label class(10)[]',
  ]);
  expect(dataset.splits.map((s) => `${s.name} ${s.files.map((f) => f.file).join(' ')}`)).toEqual([
    'train train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz',
    'test t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz',
  ]);
});

test('Adam is elaborated over one flat vector, and its bias corrections are scalars of the step', () => {
  const [{ optimizer }] = checkValid(read('fashion_cnn_logits.net'), files).trainings;
  expect(optimizer.config).toEqual({ lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, amsgrad: false });
  expect(optimizer.state.map((s) => `${s.name} ${s.initial}`)).toEqual(['m 0', 'v 0']);
  expect(optimizer.updates.map((u) => `${u.name} ${showType(u.value.type)}`)).toEqual([
    'm f32[P]',
    'v f32[P]',
    'p f32[P]',
  ]);
  const scalars = optimizer.lets.filter((l) => l.value.type.shape.length === 0).map((l) => l.name);
  expect(scalars).toEqual(['correction1', 'correction2']);
});

test('SGD without momentum keeps no state', () => {
  const text = read('fashion_cnn_logits.net');
  const plain = checkValid(text.replace('Adam(lr=0.001)', 'SGD(lr=0.1)'), files).trainings[0].optimizer;
  expect(plain.state).toEqual([]);
  expect(plain.updates.map((u) => u.name)).toEqual(['p']);
  const heavy = checkValid(text.replace('Adam(lr=0.001)', 'SGD(lr=0.1, momentum=0.9, nesterov=true)'), files);
  expect(heavy.trainings[0].optimizer.state.map((s) => s.name)).toEqual(['velocity']);
});
