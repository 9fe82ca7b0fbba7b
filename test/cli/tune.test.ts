/** `netc tune` and `--tuned`: what is stored, what is made of it, and what is said where it cannot be used. No times. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { DEFAULT } from '../../compiler/5-loop/choice.ts';
import { storePath, storeWinners } from '../../compiler/cli/tuning/store.ts';
import { bestOf } from '../../compiler/cli/tuning/tune.ts';
import { deviceName } from '../../compiler/cli/tuning/tuned.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { command } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'netc-tune-'));
const before = process.env.NETC_CACHE;
process.env.NETC_CACHE = join(folder, 'cache');
beforeEach(() => rmSync(join(folder, 'cache'), { recursive: true, force: true }));
afterAll(() => {
  if (before === undefined) delete process.env.NETC_CACHE;
  else process.env.NETC_CACHE = before;
  rmSync(folder, { recursive: true });
});

const source = join(folder, 'one.net');
writeFileSync(source, 'model One(x: f32[N, 36]) -> f32[N, 24] {\n  x |> fc: Linear(36 -> 24) |> relu\n}\n');

const device = await openDevice('cpu');
const stored = storePath(deviceName(device));
await device.destroy();

interface File {
  readonly device: string;
  readonly winners: Readonly<
    Record<string, { readonly choice: unknown; readonly label: string; readonly batch: number }>
  >;
}

async function tile(...options: string[]): Promise<unknown> {
  const { stdout, status, stderr } = await command('kernels', source, '--json', ...options);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout).infer[0].parts[0].schedule.cpu[0].registers[0].tile;
}

test('the winner is stored and used, and the file is replaced as a whole', { timeout: 60_000 }, async () => {
  const { status, stdout, stderr } = await command('tune', source, '--batch', '3');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('1/1 fc: matmul + add + relu\n');
  expect(stdout).toMatch(/ms: default \d+\.\d{3}, 2x\? \d/);
  expect(readdirSync(join(folder, 'cache', 'tuning'))).toHaveLength(1);
  const file = JSON.parse(readFileSync(stored, 'utf8')) as File;
  expect(file.device).toMatch(/^CPU: WebAssembly SIMD, .*V8/);
  const [[hash, winner], ...others] = Object.entries(file.winners);
  expect(others).toEqual([]);
  expect(winner).toMatchObject({ choice: { form: 'own' }, label: expect.stringContaining('fc'), batch: 3 });

  const usual = await tile();
  const another = usual === 3 ? 2 : 3;
  const elsewhere = { ...winner, label: 'of another model' };
  const forced = { ...winner, choice: { form: 'own', tile: another } };
  writeFileSync(stored, JSON.stringify({ ...file, winners: { [hash]: forced, other: elsewhere } }));
  expect(await tile('--tuned')).toBe(another);
  expect(await tile()).toBe(usual);
  // What other models have there stays.
  await storeWinners(file.device, new Map([[hash, { choice: DEFAULT, label: 'fc', batch: 2 }]]));
  expect(JSON.parse(readFileSync(stored, 'utf8')).winners).toMatchObject({ [hash]: { batch: 2 }, other: elsewhere });
});

test('nothing measured yet: says so and compiles as ever', async () => {
  const out = (name: string) => join(folder, name);
  const plain = await command(source, '-o', out('plain'));
  const tuned = await command(source, '-o', out('tuned'), '--tuned');
  expect([plain.status, plain.stderr, tuned.status]).toEqual([0, '', 0]);
  expect(tuned.stderr).toBe(
    `nothing of ${source} was measured here yet (\`netc tune ${source}\`): compiled as without --tuned\n`,
  );
  expect(readdirSync(out('tuned'))).toEqual(readdirSync(out('plain')));
  const text = (name: string) => readFileSync(join(out(name), 'one.kernels.ts'), 'utf8');
  expect(text('tuned')).toBe(text('plain'));
});

test('training compiles with what is known, too', async () => {
  // There is nothing to train in the file, which is found out after it was compiled.
  const { status, stderr } = await command('train', source, '--tuned');
  expect([status, stderr]).toEqual([1, expect.stringMatching(/was measured here yet.*\n.*no `train` declaration/)]);
});

test.each([
  ['no JSON', '{"winners": '],
  ['something else', '[]'],
  ['an unknown form', '{"winners":{"a":{"choice":{"form":"best"},"label":"","batch":1}}}'],
  ['a tile of no such size', '{"winners":{"a":{"choice":{"form":"own","tile":70},"label":"","batch":1}}}'],
])('a damaged file is said to be ignored: %s', async (_name, text) => {
  mkdirSync(dirname(stored), { recursive: true });
  writeFileSync(stored, text);
  const { status, stderr } = await command('kernels', source, '--tuned');
  expect(status).toBe(0);
  const [warning, nothing] = stderr.split('\n');
  expect(warning).toMatch(/^warning: .*\.json is not what `netc tune` writes \(.+\); it is ignored$/);
  expect(nothing).toContain('was measured here yet');
});

test('command lines that are wrong', async () => {
  for (const [argv, message] of [
    [['tune'], 'needs a file'],
    [['tune', source, '--device', 'gpu'], '--device'],
    [['tune', source, '--batch', '0'], '--batch'],
    [['tune', source, '--tuned'], 'has no option `--tuned`'],
    [[source, '--tuned=yes'], 'takes no value'],
  ] as const) {
    const { status, stderr } = await command(...argv);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});

test('a file with errors is not measured', async () => {
  const wrong = join(folder, 'wrong.net');
  writeFileSync(wrong, 'model One(x: f32[N, 36]) -> f32[N, 24] {\n  x |> Linear(35 -> 24)\n}\n');
  const { status, stderr } = await command('tune', wrong);
  expect([status, stderr]).toEqual([1, expect.stringContaining('E0301')]);
});

test('another way wins only where it is clearly faster than the default', () => {
  expect(bestOf([1, 0.98, 1.2])).toBe(0);
  expect(bestOf([1, 0.95, 0.9])).toBe(2);
});
