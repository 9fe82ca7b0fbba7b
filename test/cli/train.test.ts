/** Training and evaluating from the command line, each in a process of its own, as a user would. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { netc, type Outcome } from './netc.ts';

const folder = mkdtempSync(join(tmpdir(), 'netc-test-'));
const out = join(folder, 'run');
const model = join(folder, 'small.net');
const env = { NETC_CACHE: join(folder, 'cache') };
const common = ['--data', 'synthetic', '--device', 'cpu'];
let trained: Outcome;

beforeAll(async () => {
  writeFileSync(
    model,
    `dataset Garments {
  sample { image: u8[1, 28, 28], label: class(10) }
  classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
  train { image = idx("train-images"), label = idx("train-labels") }
  test { image = idx("test-images"), label = idx("test-labels") }
}

model Small(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  image |> MaxPool2d(4) |> flatten |> fc: Linear(10)
}

train Small on Garments {
  input = to_float(image)
  loss = cross_entropy(output, label)
  metrics = [accuracy(output, label)]
  optimizer = Adam(lr=0.01)
  batch = 64
  epochs = 1
}
`,
  );
  trained = await netc(['train', model, ...common, '--out', out, '--limit', '1280', '--log-every', '10'], { env });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('train learns, writes metrics and weights, and exits', () => {
  expect(trained.stderr).toContain(`the weights are in ${out}/weights.safetensors`);
  expect([trained.status, trained.stdout]).toEqual([0, '']);
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const [first, second, end, ...others] = lines.map((line) => JSON.parse(line));
  expect([first.step, second.step, end.step, end.epoch_end, others]).toEqual([10, 20, 20, true, []]);
  expect(second.loss).toBeLessThan(first.loss);
});

test('eval of these weights agrees with what training said, as JSON and as a table', async () => {
  const weights = join(out, 'weights.safetensors');
  const { status, stdout, stderr } = await netc(['eval', model, ...common, '--weights', weights, '--json'], { env });
  const evaluation = JSON.parse(stdout);
  expect([status, stderr]).toEqual([0, '']);
  expect(Object.keys(evaluation)).toEqual(['split', 'samples', 'loss', 'accuracy', 'confusion']);
  const last = JSON.parse(readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').at(-1) ?? '');
  expect(evaluation.accuracy).toBeCloseTo(last.val_accuracy, 5);
  expect(evaluation.loss).toBeCloseTo(last.val_loss, 4);
  expect(evaluation.confusion.flat().reduce((a: number, b: number) => a + b, 0)).toBe(evaluation.samples);
  const table = await netc(['eval', model, ...common, '--weights', weights], { env });
  expect(table.stdout).toContain(`accuracy ${(100 * evaluation.accuracy).toFixed(2)} %`);
  expect(table.stdout).toMatch(/ 9 Ankle boot( +[\d.]+){10} +[\d.]+ %/);
});

test('weights that are not there, and a training that does not exist', async () => {
  const missing = await netc(['eval', model, ...common, '--weights', join(folder, 'no.safetensors')], { env });
  expect(missing.stderr).toMatch(/^error: cannot read the weights .*no\.safetensors: there is no such file\n$/);
  expect(missing.status).toBe(1);
  const untrained = await netc(['eval', model, ...common], { env, cwd: folder });
  expect(untrained.stderr).toMatch(
    /^error: there are no weights in runs\/small\/weights\.safetensors; train first \(`netc train/,
  );
  const named = await netc(['train', model, ...common, '--name=Other'], { env });
  expect(named.stderr).toMatch(/has no `train` declaration called Other/);
  expect(named.status).toBe(1);
});

test('a program with errors is not trained', async () => {
  const wrong = join(folder, 'wrong.net');
  writeFileSync(wrong, readFileSync(model, 'utf8').replace('Linear(10)', 'Linear(48 -> 10)'));
  const { status, stderr } = await netc(['train', wrong, ...common, '--out', join(folder, 'wrong')], { env });
  expect(stderr).toMatch(/^error\[E0301\]: fc takes 48 features, but its input has 49/);
  expect(status).toBe(1);
  expect(existsSync(join(folder, 'wrong'))).toBe(false);
});

/** The weights that a run of the small model ends with. */
async function weightsAfter(name: string, argv: readonly string[]): Promise<string> {
  const { status, stderr } = await netc(['train', model, ...common, '--out', join(folder, name), ...argv], { env });
  expect([name, status, stderr]).toEqual([name, 0, expect.stringContaining('the weights are in')]);
  return readFileSync(join(folder, name, 'weights.safetensors')).toString('base64');
}

test('stopped and resumed is uninterrupted, to the bit, on any number of threads', async () => {
  const whole = await weightsAfter('whole', ['--limit', '1280', '--steps', '15', '--threads', '2']);
  await weightsAfter('parts', ['--limit', '1280', '--steps', '7', '--threads', '1']);
  expect(await weightsAfter('parts', ['--limit', '1280', '--steps', '15', '--resume', '--threads', '3'])).toBe(whole);
});

test('Ctrl-C writes a checkpoint and says how to go on, and going on is as if nothing had happened', async () => {
  const many = ['--limit', '1280', '--epochs', '100000'];
  const interrupted = await netc(['train', model, ...common, '--out', join(folder, 'ctrl-c'), ...many], {
    env,
    interruptAt: /epoch 2/,
  });
  expect(interrupted.status).toBe(130);
  expect(interrupted.stderr).toContain('To go on, give the same command with --resume');
  const step = Number(/interrupted at epoch \d+, step (\d+)/.exec(interrupted.stderr)?.[1]);
  const end = [...many, '--steps', String(step + 5)];
  expect(await weightsAfter('ctrl-c', [...end, '--resume'])).toBe(await weightsAfter('through', end));
});

test('a loss that is not finite stops the run, and says where it began', async () => {
  const wild = join(folder, 'wild.net');
  writeFileSync(wild, readFileSync(model, 'utf8').replace('lr=0.01', 'lr=1e38'));
  const { status, stderr } = await netc(['train', wild, ...common, '--out', join(folder, 'wild')], { env });
  expect(status).toBe(1);
  // The first update overflows; the loss of the step after it shows that.
  expect(stderr).toContain('error: the loss is NaN at epoch 1, step 2: step 1 first computes such a value in `Adam: ');
});
