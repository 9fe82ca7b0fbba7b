/** `netc weights`: files listed, compared with networks and converted; and a training that starts from PyTorch's weights. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memorySource } from '../../runtime/weights/byte-source.ts';
import { checkpointFormat, slotName } from '../../runtime/weights/checkpoint-format.ts';
import { joinParts, writeSafetensors } from '../../runtime/weights/safetensors.ts';
import { openWeights } from '../../runtime/weights/weights-file.ts';
import { root } from '../support/root.ts';
import { expected, fixturePath } from '../weights/fixtures.ts';
import { command } from './in-process.ts';
import { netc } from './netc.ts';
import { scratchFolder } from './scratch.ts';

const { folder, write } = scratchFolder();
const [net, other] = [fixturePath('net.net'), fixturePath('other.net')];

/** The rows of a table without its head and rules, the cells apart from each other. */
const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.includes('  '))
    .map((line) => line.trim().split(/ {2,}/));

/** Every tensor of a file: its type, its shape, its bytes. */
async function contents(path: string): Promise<Record<string, unknown>> {
  const file = await openWeights(memorySource(readFileSync(path), path));
  const entries = file.tensors.map(async (tensor) => {
    const bytes = Buffer.from(await file.bytes(tensor)).toString('hex');
    return [tensor.name, { dtype: tensor.dtype, shape: tensor.shape, bytes }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const wanted = (name: string): Record<string, unknown> =>
  Object.fromEntries((expected[name] ?? []).map(({ name: tensor, ...rest }) => [tensor, rest]));

test('the tensors of a file', async () => {
  const { status, stdout } = await command('weights', fixturePath('types_legacy.pth'));
  expect(status).toBe(0);
  expect(stdout).toContain('types_legacy.pth: PyTorch (legacy), 92 B\n');
  expect(rows(stdout)).toEqual([
    ['tensor', 'type', 'shape', 'elements'],
    ['f64', 'f64', '[3]', '3'],
    ['f32', 'f32', '[2, 2]', '4'],
    ['f16', 'f16', '[5]', '5'],
    ['bf16', 'bf16', '[5]', '5'],
    ['i64', 'i64', '[2]', '2'],
    ['i32', 'i32', '[1, 1]', '1'],
    ['i16', 'i16', '[1]', '1'],
    ['i8', 'i8', '[2]', '2'],
    ['u8', 'u8', '[1]', '1'],
    ['bool', 'bool', '[3]', '3'],
    ['scalar', 'f32', '[]', '1'],
    ['empty', 'f32', '[0, 4]', '0'],
    ['total', '12 tensors', '28'],
  ]);
  const training = await command('weights', fixturePath('training.pth'));
  expect(training.stdout).toContain(', in `state_dict`, beside epoch, best, optimizer, ');
});

test('a file that fits a network', async () => {
  const { status, stdout } = await command('weights', fixturePath('net_legacy.pth'), '--against', net);
  expect(
    rows(stdout)
      .find(([name]) => name === 'bn1.running_var')
      ?.at(-1),
  ).toBe('fits');
  expect(
    rows(stdout)
      .find(([name]) => name === 'bn1.num_batches_tracked')
      ?.at(-1),
  ).toBe('ignored: a counter');
  expect(stdout).toMatch(/\nNet of .*net\.net: 9 fit\.\nThe file can be used for it\.\n$/);
  expect(status).toBe(0);
});

test("a training's `except` counts, and names that a wrapper put before all others don't", async () => {
  const { status, stdout } = await command('weights', fixturePath('parallel.pth'), '--against', other);
  expect(
    rows(stdout)
      .find(([name]) => name === 'module.fc.bias')
      ?.at(-1),
  ).toBe('left out, by `except`');
  expect(stdout).toContain('\nEvery name in the file begins with `module.`, which is left out.\n');
  expect(status).toBe(0);
});

test('what does not fit, and why: status 1', async () => {
  const { status, stdout } = await command('weights', fixturePath('net.pth'), '--against', other, '--name', 'Other');
  const verdict = (tensor: string) =>
    rows(stdout)
      .find(([name]) => name === tensor)
      ?.at(-1);
  expect(verdict('conv1.weight')).toBe('mis-shaped: wants f32[8, 1, 3, 3]');
  expect(verdict('bn1.running_mean')).toBe('surplus: no such parameter');
  expect(verdict('bn.running_mean')).toBe('missing; is it bn1.running_mean?');
  expect(verdict('layer.0.bias')).toBe('fits');
  expect(stdout).toMatch(/: 1 fit, 4 missing, 4 mis-shaped and 4 surplus\.\nThe file does not fit\. Give weights that/);
  expect(status).toBe(1);
});

test('layers that could start anew are named', async () => {
  const file = write(
    'wide.net',
    readFileSync(net, 'utf8').replace('f32[N, 3]', 'f32[N, 7]').replace('Linear(3)', 'Linear(7)'),
  );
  const { stdout } = await command('weights', fixturePath('net.pth'), '--against', file);
  expect(stdout).toContain(
    'The file does not fit. Leave out what is to start anew, with `except=[fc]`; else give weights',
  );
});

test('the same as JSON', async () => {
  const { status, stdout } = await command(
    'weights',
    fixturePath('parallel.pth'),
    '--against',
    other,
    '--name',
    'Other',
    '--json',
  );
  const { tensors, elements, bytes, against } = JSON.parse(stdout);
  expect(tensors[0]).toEqual({ name: 'module.conv1.weight', dtype: 'f32', shape: [4, 1, 3, 3], elements: 36 });
  expect([tensors.length, elements, bytes]).toEqual([10, 296, 1188]);
  expect(against).toEqual({
    file: other,
    name: 'Other',
    fits: false,
    fitting: ['layer.0.bias'],
    missing: ['weight', 'bias', 'running_mean', 'running_var'].map((name) => ({
      name: `bn.${name}`,
      shape: [8],
      near: `bn1.${name}`,
    })),
    misshaped: [
      { name: 'conv1.weight', shape: [8, 1, 3, 3], found: { dtype: 'f32', shape: [4, 1, 3, 3] } },
      { name: 'layer.0.weight', shape: [6, 8, 3, 3], found: { dtype: 'f32', shape: [6, 4, 3, 3] } },
      { name: 'fc.weight', shape: [5, 6], found: { dtype: 'f32', shape: [3, 6] } },
      { name: 'fc.bias', shape: [5], found: { dtype: 'f32', shape: [3] } },
    ],
    surplus: ['bn1.weight', 'bn1.bias', 'bn1.running_mean', 'bn1.running_var'],
    excepted: [],
    ignored: ['bn1.num_batches_tracked'],
    prefix: 'module.',
  });
  expect(status).toBe(1);
});

test.each(['types.pth', 'views_legacy.pth', 'training.pth', 'net_bf16.safetensors'])(
  'converting %s changes no bit',
  async (name) => {
    const to = join(folder, 'converted.safetensors');
    const { status, stdout } = await command('weights', 'convert', fixturePath(name), to);
    expect([status, stdout]).toEqual([0, expect.stringContaining(`${to}: ${expected[name]?.length} tensors, `)]);
    expect(await contents(to)).toEqual(wanted(name));
  },
);

test('--dtype f32 widens what has a fraction and leaves the rest', async () => {
  const to = join(folder, 'wide.safetensors');
  await command('weights', 'convert', fixturePath('types.pth'), to, '--dtype', 'f32');
  const all = (await contents(to)) as Record<string, { dtype: string; bytes: string }>;
  const dtypes = Object.entries(all).map(([name, { dtype }]) => `${name} ${dtype}`);
  expect(dtypes.sort()).toEqual(
    [
      'bf16 F32',
      'bool BOOL',
      'empty F32',
      'f16 F32',
      'f32 F32',
      'f64 F32',
      'i16 I16',
      'i32 I32',
      'i64 I64',
      'i8 I8',
    ].concat(['scalar F32', 'u8 U8']),
  );
  const bf16 = expected['types.pth']?.find(({ name }) => name === 'bf16')?.bytes ?? '';
  expect(all.bf16?.bytes).toBe(bf16.replace(/..../g, '0000$&'));
});

test("of a training's checkpoint the weights alone", async () => {
  const ones = { shape: [2], data: Float32Array.of(1, 1) };
  const names = ['fc.bias', slotName('m', 'fc.bias'), slotName('v', 'fc.bias')];
  const parts = writeSafetensors(new Map(names.map((name) => [name, ones])), { format: checkpointFormat });
  const [path, to] = [join(folder, 'checkpoint.safetensors'), join(folder, 'alone.safetensors')];
  writeFileSync(path, joinParts(parts));
  const { stdout } = await command('weights', path);
  expect(stdout).toContain("\na training's checkpoint; 2 more tensors are its optimizer's\n");
  expect(rows(stdout).slice(1)).toEqual([
    ['fc.bias', 'f32', '[2]', '2'],
    ['total', '1 tensor', '2'],
  ]);
  await command('weights', 'convert', path, to);
  expect(Object.keys(await contents(to))).toEqual(['fc.bias']);
});

test('what cannot be listed or compared: status 1', async () => {
  const file = write('mistaken.net', 'model M(x: f32[N, 4]) -> f32[N] { x |> fc: Linear(5) }\n');
  expect((await command('weights', fixturePath('net.pth'), '--against', file)).stderr).toMatch(/^error\[E\d+\]/);
  for (const [argv, message] of [
    [['none.pth'], 'error: cannot read the weights none.pth: there is no such file\n'],
    [[folder], `error: cannot read the weights ${folder}: it is a folder\n`],
    [[fixturePath('hostile.pth')], "asks for Python's `posix.system`"],
    [[fixturePath('net.pth'), '--against', other, '--name', 'None'], 'has no network called None; it has Tuned, Other'],
  ] as const) {
    const { status, stderr } = await command('weights', ...argv);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  }
});

/** Of pictures of 28x28 in ten classes, as can be drawn: `net.pth` fits but for the last layer. */
const tuned = (except: string): string => `import { FashionMnist } from "${root}models/fashion_mnist.net"

model Net(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  image
    |> conv1: Conv2d(1 -> 4, kernel=3, padding=1, bias=false) |> bn1: BatchNorm2d
    |> layer: [Conv2d(6, kernel=3), relu]
    |> AdaptiveAvgPool2d(1) |> flatten |> fc: Linear(10)
}

train Net on FashionMnist {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
  weights   = pretrained("net.pth"${except})
}
`;

test('a training takes running statistics and all, but for what starts anew, from a file beside its own', async () => {
  mkdirSync(join(folder, 'models'));
  copyFileSync(fixturePath('training_legacy.pth'), join(folder, 'models', 'net.pth'));
  write('models/tuned.net', tuned(', except=[fc]'));
  write('models/whole.net', tuned(''));
  const env = { NETC_CACHE: join(folder, 'cache'), NETC_DATA: '' };
  const train = (file: string, ...argv: string[]) =>
    netc(['train', file, '--epochs', '0', '--data', 'synthetic', '--limit', '64', '--device', 'cpu', ...argv], {
      cwd: folder,
      env,
    });
  const { status, stderr } = await train('models/tuned.net', '--out', 'tuned');
  expect([status, stderr]).toEqual([0, expect.stringContaining('the weights are in tuned/weights.safetensors')]);
  const start = await contents(join(folder, 'tuned', 'weights.safetensors'));
  const { 'fc.weight': weight, 'fc.bias': bias, 'bn1.num_batches_tracked': _, ...rest } = wanted('training_legacy.pth');
  expect(start).toMatchObject(rest);
  expect(start['fc.weight']).toMatchObject({ shape: [10, 6] });
  expect(Object.keys(start).length).toBe(Object.keys(rest).length + [weight, bias].length);

  const refused = await train('models/whole.net', '--out', 'whole');
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(
    /error: models\/net\.pth does not fit Net:\n {2}mis-shaped: fc\.weight, expected f32\[10, 6\], found f32\[3, 6\]\n/,
  );
  expect(refused.stderr).toContain('Leave out what is to start anew, with `except=[fc]`; else give weights');
}, 120_000);
