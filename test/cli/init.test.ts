/** `netc init`: what it begins works as it is, through every command; what it refuses is left as it was. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelNameOf } from '../../compiler/cli/starter/project.ts';
import { command } from './in-process.ts';
import { netc } from './netc.ts';

const folder = mkdtempSync(join(tmpdir(), 'netc-test-'));
const project = join(folder, 'my-net');
const env = { NETC_CACHE: join(folder, 'cache'), NETC_DATA: '' };
const device = ['--device', 'cpu'];
/** A command given in the project's folder. */
const inside = (...argv: string[]) => netc(argv, { cwd: project, env });
let told = '';

beforeAll(async () => {
  const { status, stdout, stderr } = await netc(['init', 'my-net'], { cwd: folder, env });
  expect([status, stderr]).toEqual([0, '']);
  told = stdout;
});
afterAll(() => rmSync(folder, { recursive: true }));

test('says what it wrote and what to do now, and leaves nothing else behind', () => {
  expect(told).toBe(`my-net has a project now: .gitignore, README.md, data/, my-net.net, package.json

Read my-net.net first. Then:

  cd my-net
  npm install
  npx netc train my-net.net
  npx netc eval my-net.net
  npx netc my-net.net
`);
  expect(readdirSync(project).sort()).toEqual(['.gitignore', 'README.md', 'data', 'my-net.net', 'package.json']);
  expect(readdirSync(join(project, 'data')).sort()).toEqual([
    'test-images.idx',
    'test-labels.idx',
    'train-images.idx',
    'train-labels.idx',
  ]);
});

test('the README holds the same commands', () => {
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(readFileSync(join(project, 'README.md'), 'utf8')) ?? [];
  const commands = block.trim().split('\n');
  expect(commands.map((line) => line.replace(/ +#.*/, ''))).toEqual(told.trim().split('\n  ').slice(2));
});

test("package.json leads to this very netc, where it was not installed from npm's registry", () => {
  const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const root = resolve(project, dependencies.netc.replace(/^file:/, ''));
  expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).name).toBe('netc');
});

test('check, fmt, summary', async () => {
  expect(await inside('check', 'my-net.net')).toMatchObject({
    status: 0,
    stdout: 'my-net.net: no errors, no warnings\n',
    stderr: '',
  });
  expect(await command('fmt', '--check', join(project, 'my-net.net'))).toMatchObject({ status: 0, stderr: '' });
  const { stdout } = await inside('summary', '--json', 'my-net.net');
  expect(JSON.parse(stdout)).toMatchObject({ model: 'MyNet', trainable: 1828 });
});

test('it learns in a few seconds, and eval finds the data, too', async () => {
  const { status, stderr } = await inside('train', 'my-net.net', ...device);
  expect([status, stderr]).toEqual([0, expect.stringContaining('the weights are in runs/my_net')]);
  const lines = readFileSync(join(project, 'runs', 'my_net', 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const accuracies = lines.map((line) => JSON.parse(line)).flatMap((line) => line.val_accuracy ?? []);
  // A quarter would be chance; each is of 100 pictures that were not learned from.
  expect(accuracies).toHaveLength(10);
  expect(accuracies[0]).toBeGreaterThan(0.35);
  expect(accuracies.at(-1)).toBeGreaterThan(0.88);
  const table = (await inside('eval', 'my-net.net', ...device)).stdout;
  expect(table).toContain(`accuracy ${(100 * accuracies.at(-1)).toFixed(2)} %`);
  expect(table).toMatch(/0 circle[\s\S]+1 square[\s\S]+2 triangle[\s\S]+3 cross/);
});

test('from any folder; and files that are missing are missed in data/', async () => {
  const files = ['train-labels.idx', 'test-images.idx'];
  const kept = files.map((file) => readFileSync(join(project, 'data', file)));
  const argv = ['train', 'my-net/my-net.net', ...device, '--steps', '1', '--out', join(folder, 'elsewhere')];
  expect((await netc(argv, { cwd: folder, env })).status).toBe(0);
  for (const file of files) rmSync(join(project, 'data', file));
  const { status, stderr } = await netc(argv, { cwd: folder, env });
  expect(stderr).toContain(
    'error: the data set Shapes is not there: train-labels.idx, test-images.idx not found in my-net/data\n' +
      'Put the files into my-net/data, or name their folder with --data DIR or NETC_DATA\n',
  );
  expect(status).toBe(1);
  for (const [i, file] of files.entries()) writeFileSync(join(project, 'data', file), kept[i] ?? '');
});

test('pictures of another size are an error that names the file and the field', async () => {
  const other = join(project, 'other.net');
  const text = readFileSync(join(project, 'my-net.net'), 'utf8')
    .replace('u8[1, 12, 12]', 'u8[1, 16, 8]')
    .replace('f32[N, 1, 12, 12]', 'f32[N, 1, 16, 8]')
    .replace('16, 3, 3]', '16, 4, 2]')
    .replace('144 ->', '128 ->');
  writeFileSync(other, text);
  const trained = await inside('train', 'other.net', ...device);
  expect(trained.stderr).toContain('data/train-images.idx holds samples of shape [12, 12], but the field `image` is');
  expect(trained.status).toBe(1);
});

test('compiling gives a module that finds data/ from where it lies', async () => {
  const { status, stdout } = await inside('my-net.net');
  expect([status, stdout]).toEqual([0, expect.stringContaining('MyNet, 1,828 parameters')]);
  expect(readFileSync(join(project, 'generated', 'my-net.ts'), 'utf8')).toContain(
    "own: { folder: '../data', module: import.meta.url },",
  );
  await inside('my-net.net', '-o', 'a/b');
  expect(readFileSync(join(project, 'a', 'b', 'my-net.ts'), 'utf8')).toContain("folder: '../../data'");
});

test('`netc init .` in a folder with nothing but a repository and packages', async () => {
  const here = join(folder, 'digits');
  mkdirSync(join(here, '.git'), { recursive: true });
  mkdirSync(join(here, 'node_modules', 'netc'), { recursive: true });
  writeFileSync(join(here, 'package.json'), '{}');
  const { status, stdout } = await netc(['init', '.'], { cwd: here, env });
  expect(status).toBe(0);
  expect(stdout).toContain('The folder you are in has a project now: .gitignore, README.md, data/, digits.net\n');
  expect(stdout).not.toMatch(/cd |npm install/);
  expect(readFileSync(join(here, 'package.json'), 'utf8')).toBe('{}');
  expect(readFileSync(join(here, 'digits.net'), 'utf8')).toContain('train DigitsNet on Shapes {');
});

test('a package.json that does not know netc stays as it is; the package to add is named', async () => {
  const here = join(folder, 'added');
  mkdirSync(here);
  writeFileSync(join(here, 'package.json'), '{ "name": "mine" }');
  const { stdout } = await netc(['init', '.'], { cwd: here, env });
  expect(stdout).toMatch(/\n {2}npm install file:\S+\n {2}npx netc train added\.net\n/);
  expect(readFileSync(join(here, 'package.json'), 'utf8')).toBe('{ "name": "mine" }');
});

test.each([
  ['my-net', 'MyNet'],
  ['digits', 'DigitsNet'],
  ['linear', 'LinearNet'],
  ['shapes', 'ShapesNet'],
  ['resnet', 'Resnet'],
  ['a', 'ANet'],
  ['net-2', 'Net2'],
  ['x_y--', 'XYNet'],
])('%s has the model %s, and its program is right', async (name, model) => {
  expect(modelNameOf(name)).toBe(model);
  const path = join(folder, 'names', name);
  expect((await command('init', path)).status).toBe(0);
  const file = join(path, `${name}.net`);
  expect(readFileSync(file, 'utf8')).toContain(`\nmodel ${model}(`);
  expect(await command('check', file)).toMatchObject({ status: 0, stderr: '' });
});

test.each([
  [['init'], '`netc init` needs a name: `netc init my-net`'],
  [['init', 'a', 'b'], 'takes one name, but was also given `b`'],
  [['init', 'my-net.net'], '`netc init my-net` would do'],
  [['init', 'x/3d net!'], '`netc init x/net-3d-net` would do'],
  [['init', 'x/über'], '`netc init x/ber` would do'],
  [['init', ''], 'needs a name'],
  [['init', '/'], '`netc init /net` would do'],
  [['init', 'a'.repeat(101)], 'then up to 99 letters'],
  [['init', '--force', 'a'], 'has no option `--force`'],
])('%j is refused with status 2', async (argv, message) => {
  const { status, stdout, stderr } = await command(...argv);
  expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
});

test('a folder that has something, a file, a place where nothing can be made: status 1, nothing written', async () => {
  const full = join(folder, 'full');
  mkdirSync(full);
  writeFileSync(join(full, 'notes.txt'), 'mine');
  const refused = await command('init', full);
  expect([refused.status, refused.stderr]).toEqual([
    1,
    `error: the folder ${full} is not empty, it has notes.txt; nothing was written. Choose another name, or move away what is there\n`,
  ]);
  expect(readdirSync(full)).toEqual(['notes.txt']);
  const file = join(folder, 'file');
  writeFileSync(file, 'mine');
  expect(await command('init', file)).toMatchObject({ status: 1, stderr: expect.stringContaining('is a file') });
  const below = await command('init', join(file, 'sub'));
  expect([below.status, below.stderr]).toEqual([1, expect.stringContaining('a part of the path is a file')]);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'a'))).toBe(false);
});
