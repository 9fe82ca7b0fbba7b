/**
 * A network with batch normalization, trained with momentum and a large weight decay, against PyTorch: statistics of the
 * batch while it trains, running ones in inference, and buffers that only their own updates move.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../runtime/open-device.ts';
import { trainedParameters } from '../../runtime/weights/layout.ts';
import { compileTraining, DeviceTraining } from './compiled-training.ts';
import { batchNormRuns } from './fixtures.ts';
import { uniform } from './formula.ts';
import { expectClose } from './tolerance.ts';

const [run] = batchNormRuns();

const compiled = compileTraining(`
dataset Pictures {
  sample { picture: f32[2, 6, 6], label: class(3) }
  train { picture = idx("pictures"), label = idx("labels") }
}

model NormNet(image: f32[N, 2, 6, 6]) -> f32[N, 3] {
  image
    |> conv: Conv2d(2 -> 4, kernel=3, bias=false) |> bn1: BatchNorm2d(4) |> sigmoid |> AdaptiveAvgPool2d(2) |> flatten
    |> fc1: Linear(16 -> 6) |> bn2: BatchNorm1d(momentum=0.3) |> tanh
    |> fc2: Linear(6 -> 3)
}

train NormNet on Pictures {
  input     = picture
  loss      = cross_entropy(output, label)
  optimizer = SGD(lr=${run.lr}, momentum=${run.momentum}, weight_decay=${run.weight_decay})
}
`);

const pictures = (step: number, n: number): Float32Array => uniform(run.seed + 100 + step, n * 2 * 6 * 6, -1, 1);
const labels = (step: number, n: number): Float32Array => uniform(run.seed + 200 + step, n, 0, 3).map(Math.floor);
const starts = Object.fromEntries(
  run.tensors.map(({ name, value }, position) => {
    const [low, high] = name.endsWith('running_var') ? [0.5, 1.5] : [-0.5, 0.5];
    return [name, uniform(run.seed + position, value.length, low, high)];
  }),
);

test('parameters and buffers have the names, shapes and order of a state dictionary', () => {
  const shapes = compiled.unit.model.parameters.map(({ path }) => {
    return { name: path, shape: compiled.spec.parameters.find(({ name }) => name === path)?.shape };
  });
  expect(shapes).toEqual(run.tensors.map(({ name, shape }) => ({ name, shape })));
});

test('gradients and the momentum cover what is trained, and the buffers lie behind it', () => {
  const { spec } = compiled;
  const sizes = spec.buffers.flatMap(({ role, size }) =>
    role === 'gradients' || role === 'state' ? [size.fixed] : [],
  );
  expect(sizes).toHaveLength(2);
  const [trained] = sizes;
  expect(sizes).toEqual([trained, trained]);
  const inside = trainedParameters(spec).map(({ name }) => name);
  for (const { name, offset, trainable } of spec.parameters) {
    expect(inside.includes(name)).toBe(trainable);
    expect(offset < trained, name).toBe(trainable);
  }
});

describe.each(['cpu', 'webgpu'] as const)('on the device %s', async (choice) => {
  const device = await openDevice(choice);
  afterAll(() => device.destroy());

  test('losses, parameters, running statistics and inference after some steps', async () => {
    const training = await DeviceTraining.start(device, compiled, 8, starts);
    const losses: number[] = [];
    for (const [step, n] of run.batches.entries()) {
      losses.push(await training.step(n, { picture: pictures(step, n), label: labels(step, n) }));
    }
    expectClose('losses', losses, run.losses, 1e-5);
    const values = await training.values();
    for (const { name, value } of run.tensors) expectClose(name, values[name] ?? [], value, 1e-5);
    const [n] = run.batches;
    expectClose('output', await training.infer(n, { image: pictures(0, n) }, run.output.length), run.output, 1e-5);
    training.dispose();
  });
});
