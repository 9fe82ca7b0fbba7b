/** `check`, `summary` and `netc FILE` on right and wrong programs. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from './in-process.ts';
import { scratchFolder } from './scratch.ts';

const { folder, write } = scratchFolder();

const right = `model Small(image: f32[N, 1, 6, 6]) -> f32[N, 2] {
  image |> conv: Conv2d(3, kernel=3) |> relu |> flatten |> fc: Linear(2)
}
`;
const wrong = right.replace('Linear(2)', 'Linear(40 -> 2)');

test('check says that there is nothing to say', async () => {
  expect(await command('check', 'models/fashion_cnn.net', 'models/fashion_mnist.net')).toEqual({
    status: 0,
    stdout: 'models/fashion_cnn.net, models/fashion_mnist.net: no errors, no warnings\n',
    stderr: '',
  });
});

test('check draws the error under the source', async () => {
  const { status, stdout, stderr } = await command('check', write('wrong.net', wrong));
  expect(stderr).toMatch(/^error\[E0301\]: fc takes 40 features, but its input has 48\n/);
  expect(stderr).toMatch(/wrong\.net:2:\d+\n/);
  expect(stderr).toMatch(/\^\^ expected 48/);
  expect(stderr).toMatch(/1 error; `netc explain E0301` tells more\n$/);
  expect(stdout).toBe('');
  expect(status).toBe(1);
});

test('check --json is an array with places from 1', async () => {
  const { status, stdout, stderr } = await command('check', '--json', write('wrong.net', wrong));
  const [first, ...others] = JSON.parse(stdout);
  expect(first).toMatchObject({ code: 'E0301', severity: 'error', start: { line: 2 }, end: { line: 2 } });
  expect(first.file).toMatch(/wrong\.net$/);
  expect(wrong.split('\n')[1].slice(first.start.column - 1, first.end.column - 1)).toBe('40');
  expect(first.fixes.length).toBeGreaterThan(0);
  expect([others, stderr, status]).toEqual([[], '', 1]);
  expect(JSON.parse((await command('check', '--json', write('right.net', right))).stdout)).toEqual([]);
});

test('a text that is no program is an error like any other', async () => {
  const { status, stderr } = await command('check', write('text.net', 'Dear reader,\n\u0000)}]'));
  expect(stderr).toMatch(/^error\[E01/);
  expect(stderr).not.toMatch(/netc has a bug/);
  expect(status).toBe(1);
});

test('summary --json of the reference network', async () => {
  const { status, stdout, stderr } = await command('summary', '--json', 'models/fashion_cnn.net');
  const { layers, ...totals } = JSON.parse(stdout);
  const counts = { parameters: 167114, trainable: 167114, buffers: 0 };
  expect([totals, stderr, status]).toEqual([{ model: 'FashionCnn', ...counts }, '', 0]);
  const row = (name: string, type: string, output: number[], parameters = 0, macs = 0) => ({
    name,
    type,
    output: ['N', ...output],
    parameters,
    macs,
  });
  expect(layers).toEqual([
    row('conv1', 'Conv2d', [32, 26, 26], 320, 32 * 26 * 26 * 9),
    row('relu', 'relu', [32, 26, 26]),
    row('MaxPool2d', 'MaxPool2d', [32, 13, 13]),
    row('conv2', 'Conv2d', [64, 11, 11], 18496, 64 * 11 * 11 * 9 * 32),
    row('relu', 'relu', [64, 11, 11]),
    row('MaxPool2d', 'MaxPool2d', [64, 5, 5]),
    row('conv3', 'Conv2d', [128, 3, 3], 73856, 128 * 9 * 9 * 64),
    row('relu', 'relu', [128, 3, 3]),
    row('flatten', 'flatten', [1152]),
    row('fc1', 'Linear', [64], 73792, 1152 * 64),
    row('relu', 'relu', [64]),
    row('fc2', 'Linear', [10], 650, 640),
    row('softmax', 'softmax', [10]),
  ]);
});

test('summary as a table, for a batch, with layers within layers', async () => {
  const nested = write(
    'nested.net',
    `layer Block(width: int)(x: f32[B, C]) -> f32[B, width] {
  x |> inner: Linear(width) |> relu
}
model Nested(x: f32[B, 4]) -> f32[B, 3] {
  x |> body: [Block(8), relu, 2 * Linear(3)] |> softmax
}
`,
  );
  const { status, stdout } = await command('summary', '--batch', '5', nested);
  expect(stdout.split('\n').map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
    'Nested',
    expect.stringMatching(/^-+$/),
    'layer | type | output | parameters | multiply-adds (batch 5)',
    expect.stringMatching(/^-+$/),
    'body.0.inner | Linear | [5, 8] | 40 | 160',
    'relu | [5, 8]',
    'body.2 | Linear | [5, 3] | 27 | 120',
    'body.3 | Linear | [5, 3] | 12 | 45',
    'softmax | [5, 3]',
    expect.stringMatching(/^-+$/),
    'total | 79 | 325',
    'trainable parameters: 79',
    '',
  ]);
  expect(status).toBe(0);
});

test('compiling writes three files, and writes none again that would not change', async () => {
  const output = join(folder, 'generated');
  const first = await command('models/fashion_cnn.net', '-o', output);
  expect(first.stdout).toMatch(/^models\/fashion_cnn\.net: FashionCnn, 167,114 parameters, \d+ kernels\n/);
  expect([first.status, first.stderr]).toEqual([0, '']);
  const names = ['fashion_cnn.kernels.ts', 'fashion_cnn.train.ts', 'fashion_cnn.ts'];
  expect(readdirSync(output).sort()).toEqual(names);
  const times = names.map((name) => statSync(join(output, name)).mtimeMs);
  await command('models/fashion_cnn.net', '-o', output);
  expect(names.map((name) => statSync(join(output, name)).mtimeMs)).toEqual(times);
});

test('a program with errors writes nothing; a file without a model has nothing to write', async () => {
  const output = join(folder, 'nothing');
  const failed = await command(write('wrong.net', wrong), '-o', output);
  expect(failed.stderr).toMatch(/^error\[E0301\]/);
  expect(failed.status).toBe(1);
  const empty = await command('models/fashion_mnist.net', '-o', output);
  expect(empty.stdout).toMatch(/declares no model, so there is nothing to generate/);
  expect(empty.status).toBe(0);
  expect(readdirSync(folder)).not.toContain('nothing');
});

test('an output folder that cannot be written', async () => {
  const { status, stderr } = await command(write('right.net', right), '-o', join(write('file', ''), 'sub'));
  expect(stderr).toMatch(
    /^error: cannot make the folder .*: a part of the path is a file, not a folder; name another one\n$/,
  );
  expect(status).toBe(1);
});

test('--print-after prints a stage and writes nothing', async () => {
  const file = write('right.net', right);
  const { status, stdout } = await command(file, '--print-after', 'graph');
  expect(stdout).toMatch(/conv2d\(/);
  expect(status).toBe(0);
  const unknown = await command(file, '--print-after', 'grph');
  expect(unknown.stderr).toMatch(/there is no pass `grph`; did you mean `graph`\?/);
  expect(unknown.status).toBe(2);
});
