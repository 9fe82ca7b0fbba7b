/** A user's own activation, layer with a parameter, augment, schedule and optimizer, written in `.net` alone, train. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTensors } from '../weights/tensors.ts';
import { netc } from './netc.ts';

const folder = mkdtempSync(join(tmpdir(), 'netc-test-'));
const project = join(folder, 'shapes');
const env = { NETC_CACHE: join(folder, 'cache'), NETC_DATA: '' };

/** `most`: how far the augment shifts; `start`: where the scale of `Affine` starts. */
const source = (most: number, start: number): string => `import { Shapes } from "./shapes.net"

/// Squared ReLU.
fn relu_squared(x: f32[...S]) -> f32[...S] { relu(x) * relu(x) }

/// A scale and a shift for each channel.
layer Affine(start: float = 1)(x: f32[N, C, H, W]) -> f32[N, C, H, W] {
  param scale: f32[C] = constant(start)
  param shift: f32[C] = zeros()
  x * reshape(scale, (C, 1, 1)) + reshape(shift, (C, 1, 1))
}

/// Shifts by up to \`most\` pixels and adds noise.
augment Jitter(most: int = 1, noise: float = 0.02)(image: f32[C, H, W]) -> f32[C, H, W] {
  let dy = to_i32(floor(uniform(-most, most + 1)))
  let dx = to_i32(floor(uniform(-most, most + 1)))
  for c in C, y in H, x in W { image[c, y + dy, x + dx] + normal(0, noise) }
}

fn halves(step: f32[], steps: f32[]) -> f32[] { where(step < steps / 2, 1, 0.5) }

/// The sign of a running mean of the gradient (Chen et al. 2023).
optimizer Lion(lr: float = 0.0001, beta: float = 0.9)(p: f32[...S], g: f32[...S], step: int) {
  state m = zeros()
  let mean = beta * m + (1 - beta) * g
  update m = mean
  update p = p - lr * where(mean > 0, 1, where(mean < 0, -1, 0))
}

model Own(image: f32[N, 1, 12, 12]) -> f32[N, 4] {
  image
    |> conv1: Conv2d(8, kernel=3, padding=1) |> affine: Affine(${start}) |> relu_squared |> MaxPool2d(2)
    |> conv2: Conv2d(16, kernel=3, padding=1) |> relu |> MaxPool2d(2)
    |> flatten |> fc: Linear(4)
}

train Own on Shapes {
  input     = to_float(image)
  augment   = Jitter(${most}) |> RandomHorizontalFlip
  loss      = cross_entropy(output, label)
  metrics   = [accuracy(output, label)]
  optimizer = Lion(lr=0.003)
  schedule  = halves
  clip      = 1.0
  batch     = 32
  epochs    = 6
  shuffle   = true
  seed      = 42
}
`;

beforeAll(async () => {
  await netc(['init', 'shapes'], { cwd: folder, env });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Trains on one device; the last line of metrics and the weights file. */
async function train(text: string, name: string, ...more: string[]): Promise<{ accuracy: number; weights: Buffer }> {
  writeFileSync(join(project, `${name}.net`), text);
  const out = join(project, 'runs', name);
  const { status, stderr } = await netc(['train', `${name}.net`, '--device', 'cpu', '--out', out, ...more], {
    cwd: project,
    env,
  });
  expect([status, /error|warning/.exec(stderr)?.[0]]).toEqual([0, undefined]);
  const last = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').at(-1) ?? '{}';
  const { val_accuracy: accuracy } = JSON.parse(last);
  return { accuracy, weights: readFileSync(join(out, 'weights.safetensors')) };
}

test('it learns, far better than by chance (1 in 4)', async () => {
  const { accuracy } = await train(source(1, 1), 'own');
  expect(accuracy).toBeGreaterThan(0.6);
}, 120_000);

test('the augment and the layer matter: without shifts, or with another start, other weights come out', async () => {
  const weights = async (text: string, name: string): Promise<Buffer> =>
    (await train(text, name, '--epochs', '1')).weights;
  const first = await weights(source(1, 1), 'first');
  expect(await weights(source(1, 1), 'again')).toEqual(first);
  expect(await weights(source(0, 1), 'still')).not.toEqual(first);
  expect(await weights(source(1, 1.5), 'larger')).not.toEqual(first);
}, 240_000);

test('a training starts from another one: pretrained, except, freeze', async () => {
  const first = await train(source(1, 1), 'first', '--epochs', '1');
  const settings = `  weights   = pretrained("runs/first/weights.safetensors", except=[fc])
  freeze    = [conv1, affine.scale]
}`;
  const text = source(1, 1).replace(/\}\n$/, settings);
  const second = await train(text, 'second', '--epochs', '1');
  const files = await Promise.all([first, second].map(({ weights }) => readTensors(weights)));
  const [before, after] = files.map(({ tensors }) => tensors);
  const kept = [...before.keys()].filter((name) => after.get(name)?.data.join() === before.get(name)?.data.join());
  expect(kept).toEqual(['conv1.weight', 'conv1.bias', 'affine.scale']);
  writeFileSync(join(project, 'third.net'), text.replace('runs/first/', 'runs/none/'));
  const { status, stderr } = await netc(['train', 'third.net', '--device', 'cpu'], { cwd: project, env });
  expect([status, stderr]).toEqual([1, expect.stringContaining('runs/none/weights.safetensors')]);
}, 240_000);
