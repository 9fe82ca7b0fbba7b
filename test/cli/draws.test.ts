/** A network that draws (dropout), from its source to its weights: another run, a resumed run, other threads, prediction. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { netc } from './netc.ts';

const folder = mkdtempSync(join(tmpdir(), 'netc-test-'));
const model = join(folder, 'dropped.net');
const env = { NETC_CACHE: join(folder, 'cache') };
const common = ['--data', 'synthetic', '--device', 'cpu', '--limit', '640'];

/** Eleven hidden features: no whole number of vector lanes. `noise` is added to the output, in prediction too. */
const source = (noise: number): string => `dataset Garments {
  sample { image: u8[1, 28, 28], label: class(10) }
  train { image = idx("train-images"), label = idx("train-labels") }
  test { image = idx("test-images"), label = idx("test-labels") }
}

layer Drop(p: float)(x: f32[N, F]) -> f32[N, F] {
  if training { where(bernoulli(1 - p, shape=(N, F)), x / (1 - p), 0) } else { x }
}

model Dropped(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  let y = image |> MaxPool2d(4) |> flatten |> fc1: Linear(11) |> relu |> Drop(p=0.3) |> fc2: Linear(10)
  // netc-allow: W0104
  y + ${noise} * uniform(-1, 1, shape=(N, 10))
}

train Dropped on Garments {
  input = to_float(image)
  loss = cross_entropy(output, label)
  metrics = [accuracy(output, label)]
  optimizer = SGD(lr=0.05)
  batch = 64
  epochs = 2
  seed = 5
}
`;

beforeAll(() => {
  writeFileSync(model, source(0.5));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What a run ends with: its weights, and its figures without the time they took. */
async function trained(name: string, ...argv: string[]) {
  const out = join(folder, name);
  const { status, stderr } = await netc(['train', model, ...common, '--out', out, '--log-every', '1', ...argv], {
    env,
  });
  expect([name, status, stderr]).toEqual([name, 0, expect.stringContaining('the weights are in')]);
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return {
    weights: readFileSync(join(out, 'weights.safetensors')).toString('base64'),
    figures: lines.map((line) => ({ ...JSON.parse(line), seconds: 0 })),
  };
}

test('stopped within an epoch and resumed, on other numbers of threads, it draws what it would have drawn', async () => {
  const whole = await trained('whole', '--threads', '2');
  await trained('parts', '--threads', '1', '--steps', '13');
  expect(await trained('parts', '--threads', '3', '--resume')).toEqual(whole);
}, 60_000);

test('each step draws anew, and with the seed of the run', async () => {
  // Of the parameters' first values only the seed decides; where nothing is learnt, only the draws change the loss.
  writeFileSync(join(folder, 'still.net'), source(0.5).replace('lr=0.05', 'lr=0'));
  const losses = async (seed: string): Promise<number[]> => {
    const out = join(folder, `still-${seed}`);
    const still = ['train', join(folder, 'still.net'), ...common, '--limit', '64', '--no-shuffle', '--epochs', '3'];
    const weights = ['--weights', join(folder, 'whole', 'weights.safetensors')];
    const run = await netc([...still, ...weights, '--out', out, '--seed', seed, '--log-every', '1'], { env });
    expect([run.status, run.stderr]).toEqual([0, expect.stringContaining('the weights are in')]);
    const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(lines.filter((line) => line.epoch_end).map((line) => line.val_loss)).size).toBe(1);
    return lines.filter((line) => !line.epoch_end).map((line) => line.loss);
  };
  const [five, six] = [await losses('5'), await losses('6')];
  expect(five).toHaveLength(3);
  expect(new Set([...five, ...six]).size).toBe(6);
}, 60_000);

test('evaluation draws with a key of its own: the same every time', async () => {
  const weights = join(folder, 'whole', 'weights.safetensors');
  const argv = ['eval', model, '--data', 'synthetic', '--device', 'cpu', '--weights', weights, '--json'];
  const [first, second] = [await netc(argv, { env }), await netc(argv, { env })];
  expect([first.status, first.stderr]).toEqual([0, '']);
  expect(second.stdout).toBe(first.stdout);
}, 60_000);
