/**
 * Dropout, batch normalization, an augment, a schedule and clipping together, through `netc train`: a run repeats itself, goes
 * on where it was stopped, and its seed decides.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { netc } from '../cli/netc.ts';

const folder = mkdtempSync(join(tmpdir(), 'netc-test-'));
const env = { NETC_CACHE: join(folder, 'cache'), NETC_DATA: '' };
const project = join(folder, 'shapes');

const model = `
model Small(image: f32[N, 1, 12, 12]) -> f32[N, 4] {
  image
    |> conv: Conv2d(1 -> 4, kernel=3) |> bn: BatchNorm2d |> relu |> MaxPool2d(2) |> flatten
    |> Dropout(0.3)
    |> fc: Linear(4)
}

train Small on Shapes {
  input     = to_float(image)
  augment   = RandomHorizontalFlip |> RandomResizedCrop(12, scale=0.5..1.0)
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.01)
  schedule  = cosine(warmup=3)
  clip      = 1.0
  batch     = 32
  epochs    = 2
  limit     = 160
  seed      = 42
}
`;

beforeAll(async () => {
  const made = await netc(['init', 'shapes'], { cwd: folder, env });
  expect([made.status, made.stderr]).toEqual([0, '']);
  // The data set of the project, and a network of our own.
  const text = readFileSync(join(project, 'shapes.net'), 'utf8');
  const [dataset = ''] = /dataset Shapes \{[\s\S]*?\n\}\n/.exec(text) ?? [];
  writeFileSync(join(project, 'small.net'), `${dataset}${model}`);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

/** The weights that a run ends with, and its losses. */
async function trained(name: string, ...argv: string[]) {
  const out = join(folder, name);
  const run = await netc(
    ['train', join(project, 'small.net'), '--device', 'cpu', '--out', out, '--log-every', '1', ...argv],
    { env },
  );
  expect([name, run.status, run.stderr]).toEqual([name, 0, expect.stringContaining('the weights are in')]);
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return {
    weights: readFileSync(join(out, 'weights.safetensors')).toString('base64'),
    losses: lines.map((line) => JSON.parse(line)).map(({ step, loss }) => `${step}: ${loss}`),
  };
}

test('the same seed gives the same weights, another one others, and a resumed run those of one that was not stopped', async () => {
  const whole = await trained('whole');
  expect(whole.losses.length).toBeGreaterThanOrEqual(10);
  expect(await trained('again')).toEqual(whole);
  const other = await trained('other', '--seed', '43');
  expect(other.weights).not.toBe(whole.weights);
  await trained('parts', '--steps', '7');
  expect(await trained('parts', '--resume')).toEqual(whole);
}, 120_000);

test('the schedule goes by all steps of the run: with twice the epochs the rate falls more slowly', async () => {
  const [short, long] = [
    await trained('short', '--steps', '7'),
    await trained('long', '--steps', '7', '--epochs', '4'),
  ];
  // While the rate rises, and at its top, the number of steps does not matter.
  expect(long.losses.slice(0, 4)).toEqual(short.losses.slice(0, 4));
  expect(long.weights).not.toBe(short.weights);
}, 60_000);
