/** A trainer run as a program: options, exit status, Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { CommandLineError, describeTrainOptions, parseTrainOptions } from '../../runtime/train/options.ts';
import { defaults } from './example.train.ts';

const scratch = mkdtempSync(join(tmpdir(), 'netc-command-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const program = fileURLToPath(new URL('./example.train.ts', import.meta.url));

interface Ended {
  readonly status: number | null;
  readonly error: string;
}

function start(...argv: string[]): { child: ChildProcess; ended: Promise<Ended>; errorText: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  let error = '';
  child.stderr?.on('data', (data) => {
    error += data;
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (status) => resolve({ status, error })));
  return { child, ended, errorText: () => error };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('Ctrl-C writes a checkpoint and says how to go on; the end is the same', async () => {
  const argv = ['--out', join(scratch, 'run'), '--log-every', '1', '--epochs', '5', '--limit', '3000'];
  const metrics = join(scratch, 'run', 'metrics.jsonl');
  const { child, ended } = start(...argv);
  await until(() => existsSync(metrics) && readFileSync(metrics, 'utf8').split('\n').length > 20);
  child.kill('SIGINT');
  const { status, error } = await ended;
  expect(error).toMatch(/interrupted at epoch \d, step \d+; the checkpoint is .*checkpoint\.safetensors/);
  expect(error).toContain('--resume');
  expect(status).toBe(130);
  expect(existsSync(join(scratch, 'run', 'weights.safetensors'))).toBe(false);

  const resumed = start(...argv, '--resume');
  const whole = start('--out', join(scratch, 'whole'), ...argv.slice(2));
  expect((await resumed.ended).status).toBe(0);
  expect((await whole.ended).status).toBe(0);
  const [a, b] = ['run', 'whole'].map((name) => readFileSync(join(scratch, name, 'weights.safetensors')));
  expect(a).toEqual(b);
  const lines = readFileSync(metrics, 'utf8').trimEnd().split('\n');
  // 47 steps in each of 5 epochs, each once, and the epochs' ends.
  expect(lines.length).toBe(5 * 48);
});

test('an unknown option: what was meant, status 2, no trace', async () => {
  const { status, error } = await start('--epoch', '1').ended;
  expect(status).toBe(2);
  expect(error).toBe('error: there is no option `--epoch`; did you mean `--epochs`?\n');
});

test('missing data: status 1 and a message', async () => {
  const { status, error } = await start('--data', join(scratch, 'nowhere'), '--out', join(scratch, 'y')).ended;
  expect(status).toBe(1);
  expect(error).toMatch(/^error: the data set Garments has no split/);
});

test('options change the settings', () => {
  expect(parseTrainOptions([], defaults)).toEqual(defaults);
  const argv =
    '--epochs 2 --batch=32 --device cpu --threads 2 --data d --out o --resume --weights w --steps 9 --limit 8 --validate-every 4';
  expect(
    parseTrainOptions([...argv.split(' '), '--seed', '7', '--no-shuffle', '--log-every', '3', '--quiet'], defaults),
  ).toEqual({
    epochs: 2,
    batch: 32,
    device: 'cpu',
    threads: 2,
    data: 'd',
    out: 'o',
    resume: true,
    weights: 'w',
    steps: 9,
    limit: 8,
    seed: 7,
    shuffle: false,
    validateEvery: 4,
    logEvery: 3,
    quiet: true,
  });
  expect(parseTrainOptions(['--help'], defaults)).toBe('help');
  expect(describeTrainOptions(defaults)).toContain('--epochs N                passes over the training data (3)');
});

test.each([
  [['--batch', '0'], '`--batch` is a whole number of at least 1, not `0`'],
  [['--batch', 'many'], 'not `many`'],
  [['--batch'], '`--batch` needs a value: `--batch N`'],
  [['--batch', '--resume'], '`--batch` needs a value'],
  [['--device', 'gpu'], '`--device` is one of auto, webgpu, cpu, not `gpu`'],
  [['--resume=yes'], '`--resume` takes no value'],
  [['models/x.net'], '`models/x.net` is not expected here'],
  [['--frobnicate'], 'the options are --epochs'],
])('%j is refused', (argv, message) => {
  expect(() => parseTrainOptions(argv, defaults)).toThrow(CommandLineError);
  expect(() => parseTrainOptions(argv, defaults)).toThrow(message);
});
