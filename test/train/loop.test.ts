/** The training loop as a whole: what it writes, that it learns, that it repeats itself and goes on where it stopped. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { TrainOptions } from '../../runtime/index.ts';
import { readTensors } from '../weights/tensors.ts';
import { defaults, train } from './example.train.ts';

const scratch = mkdtempSync(join(tmpdir(), 'netc-loop-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const small: TrainOptions = { ...defaults, quiet: true, limit: 1000, epochs: 2, logEvery: 5 };

function run(name: string, changes: Partial<TrainOptions> = {}) {
  return train({ ...small, out: join(scratch, name), ...changes });
}

function bytesOf(name: string, file: string): string {
  return readFileSync(join(scratch, name, file)).toString('base64');
}

function metrics(name: string): Record<string, unknown>[] {
  const lines = readFileSync(join(scratch, name, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** Everything but how long it took. */
function figures(name: string): Record<string, unknown>[] {
  return metrics(name).map(({ seconds: _, ...rest }) => rest);
}

const whole = run('whole');

test('it learns, and says so', async () => {
  const result = await whole;
  expect(result.epochs).toBe(2);
  // 1000 samples in batches of 64: 15 whole ones and one of 40.
  expect(result.steps).toBe(32);
  expect(result.validation?.samples).toBe(1000);
  expect(result.validation?.accuracy).toBeGreaterThan(0.7);
  expect(result.training.loss).toBeLessThan(1.2);
});

test('with `validateEvery` only these epochs and the last are evaluated', async () => {
  const result = await run('seldom', { validateEvery: 2, epochs: 5, limit: 100 });
  const ends = metrics('seldom').filter((line) => line.epoch_end === true);
  expect(ends.map((line) => 'val_loss' in line)).toEqual([false, true, false, true, true]);
  expect(ends.every((line) => typeof line.loss === 'number')).toBe(true);
  expect(result.validation?.samples).toBe(1000);
});

test('metrics.jsonl has a line each K steps and one for each epoch', async () => {
  const result = await whole;
  const lines = metrics('whole');
  expect(lines.map((line) => line.step)).toEqual([5, 10, 15, 16, 20, 25, 30, 32]);
  expect(Object.keys(lines[0] ?? {})).toEqual(['epoch', 'step', 'loss', 'accuracy']);
  const ends = lines.filter((line) => line.epoch_end === true);
  expect(ends.map((line) => line.epoch)).toEqual([1, 2]);
  expect(Object.keys(ends[0] ?? {})).toEqual([
    'epoch',
    'step',
    'epoch_end',
    'loss',
    'accuracy',
    'val_loss',
    'val_accuracy',
    'seconds',
  ]);
  expect(ends[1]?.val_accuracy).toBeCloseTo(result.validation?.accuracy ?? Number.NaN, 6);
  expect(ends[1]?.loss).toBe(result.training.loss);
});

test('the same seed gives the same weights, another one does not', async () => {
  await whole;
  await run('again');
  await run('other', { seed: 43 });
  expect(bytesOf('again', 'weights.safetensors')).toBe(bytesOf('whole', 'weights.safetensors'));
  expect(bytesOf('other', 'weights.safetensors')).not.toBe(bytesOf('whole', 'weights.safetensors'));
});

test.each([7, 16, 20])(
  'stopped after step %i and resumed it ends bit by bit as if it had not stopped',
  async (steps) => {
    await whole;
    const name = `stopped-${steps}`;
    const stopped = await run(name, { steps });
    expect(stopped.steps).toBe(steps);
    const resumed = await run(name, { resume: true });
    expect(resumed.steps).toBe(32);
    expect(bytesOf(name, 'weights.safetensors')).toBe(bytesOf('whole', 'weights.safetensors'));
    expect(figures(name)).toEqual(figures('whole'));
    const [a, b] = await Promise.all(
      ['whole', name].map((n) => readTensors(readFileSync(join(scratch, n, 'checkpoint.safetensors')))),
    );
    expect(b?.tensors).toEqual(a?.tensors);
    expect(a?.tensors.get('optimizer/momentum/fc.weight')?.shape).toEqual([10, 784]);
  },
);

test('a line of metrics that a crash cut off, or left over, is dropped on resuming', async () => {
  await whole;
  await run('crashed', { steps: 7 });
  const file = join(scratch, 'crashed', 'metrics.jsonl');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(file, `${readFileSync(file, 'utf8')}{"epoch":1,"step":10,"loss":1,"accuracy":1}\n{"epoch":1,"st`);
  await run('crashed', { resume: true });
  expect(figures('crashed')).toEqual(figures('whole'));
});

test('weights are taken over', async () => {
  await whole;
  const weights = join(scratch, 'whole', 'weights.safetensors');
  const started = await run('warm', { weights, epochs: 1, steps: 1, logEvery: 1 });
  expect(started.training.loss).toBeLessThan(1);
  // A checkpoint is as good a source.
  await run('warm-checkpoint', {
    weights: join(scratch, 'whole', 'checkpoint.safetensors'),
    epochs: 1,
    steps: 1,
    logEvery: 1,
  });
  expect(figures('warm-checkpoint')).toEqual(figures('warm'));
});

test('a run that is resumed does without the weights that it started from', async () => {
  await whole;
  const weights = join(scratch, 'first.safetensors');
  copyFileSync(join(scratch, 'whole', 'weights.safetensors'), weights);
  await run('started', { weights, epochs: 2, steps: 3 });
  rmSync(weights);
  expect((await run('started', { weights, epochs: 2, steps: 5, resume: true })).steps).toBe(5);
});

test('without shuffling the samples come in their order', async () => {
  await run('ordered', { shuffle: false, steps: 5 });
  await run('ordered-other-seed', { shuffle: false, steps: 5 });
  await run('shuffled', { steps: 5 });
  expect(figures('ordered')).toEqual(figures('ordered-other-seed'));
  expect(figures('ordered')).not.toEqual(figures('shuffled'));
});

test('zero epochs write the first weights', async () => {
  const result = await run('none', { epochs: 0 });
  expect(result.steps).toBe(0);
  expect((await readTensors(readFileSync(result.weights))).tensors.get('fc.bias')?.data).toEqual(new Float32Array(10));
});
