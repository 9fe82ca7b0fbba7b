/** The command line's own messages: what a wrong one is told, and what help there is. */
import { expect, test } from 'vitest';
import { wantsColor } from '../../compiler/cli/terminal.ts';
import { command } from './in-process.ts';

test.each([
  [['chek', 'x.net'], '`netc check`'],
  [['check', '--jsn', 'x.net'], 'did you mean `--json`?'],
  [['check', '--json=yes', 'x.net'], '`--json` takes no value'],
  [['check'], 'needs a file'],
  [['check', 'model.ts'], 'takes .net files, not `model.ts`'],
  [['summary', 'a.net', 'b.net'], 'takes one file'],
  [['summary', 'a.net', '--batch', '0'], '`--batch` is a whole number of at least 1, not `0`'],
  [['summary', 'a.net', '--batch', 'many'], 'not `many`'],
  [['kernels'], 'needs a file'],
  [['kernels', 'a.net', '--program', 'test'], '`--program` is one of train, infer, evaluate, prepare, not `test`'],
  [['kernels', 'a.net', '--wgls'], 'did you mean `--wgsl`?'],
  [['a.net', '-o'], '`-o` needs a value: `netc compile -o DIR`'],
  [['a.net', '--output', '--print-after'], '`--output` needs a value'],
  [['a/x.net', 'b/x.net'], 'would both write generated/x.ts'],
  [['--wrong', 'a.net'], 'has no option `--wrong`'],
  [['train', 'a.net', '--epoch', '1'], 'did you mean `--epochs`?'],
  [['train', 'a.net', '--batch', 'x'], '`--batch` is a whole number'],
  [['train', 'a.net', '--name'], '`--name` needs a value'],
  [['train', 'a.net', '--name=', '--epochs', '1'], '`--name` needs a value'],
  [['eval', 'a.net', '--split', 'tests'], '`--split` is one of train, test, validation, not `tests`'],
  [['weights'], 'needs a file'],
  [['weights', 'a.pth', 'b.pth'], 'takes one file'],
  [['weights', 'a.pth', '--against', 'b.pth'], '`--against` takes a .net file, not `b.pth`'],
  [['weights', 'a.pth', '--name', 'Net'], '`--name` goes with `--against FILE.net`'],
  [['weights', 'a.pth', '--dtype', 'f32'], '`--dtype` goes with `netc weights convert`'],
  [['weights', 'convert', 'a.pth'], '`netc weights convert` takes two files'],
  [['weights', 'convert', 'a.pth', 'b.pth'], 'writes .safetensors files, not `b.pth`'],
  [['weights', 'convert', 'a.pth', 'b.safetensors', '--dtype', 'f16'], '`--dtype` is one of f32, not `f16`'],
  [['weights', 'convert', 'a.pth', 'b.safetensors', '--json'], '`--json` goes with `netc weights FILE`'],
  [['fmt'], 'needs a file'],
  [['fmt', 'a.net', 'model.ts'], 'takes .net files, not `model.ts`'],
  [['fmt', '--chek', 'a.net'], 'did you mean `--check`?'],
  [['fmt', '--stdin', 'a.net'], 'reads standard input or files, not both'],
  [['fmt', 'a.net', '-'], 'reads standard input or files, not both'],
  [['explain', 'E301'], 'did you mean E0301?'],
  [['explain'], 'takes one code'],
])('%j is refused with status 2', async (argv, message) => {
  const { status, stdout, stderr } = await command(...argv);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^error: .+\nRun `netc --help`/);
  expect(stdout).toBe('');
  expect(status).toBe(2);
});

test('no arguments at all: the overview, and status 2', async () => {
  const { status, stderr } = await command();
  expect(stderr).toContain('netc train FILE.net');
  expect(status).toBe(2);
});

test('--version and --help', async () => {
  expect(await command('--version')).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
  const overview = await command('--help');
  for (const name of [
    'FILE.net…',
    'check',
    'summary',
    'kernels',
    'tune',
    'train',
    'eval',
    'weights',
    'plot',
    'init',
    'fmt',
    'explain',
  ]) {
    expect(overview.stdout).toContain(`\n  netc ${name}`);
  }
  for (const argv of [
    ['summary', '--help'],
    ['help', 'summary'],
    ['summary', 'a.net', '-h'],
  ]) {
    const { status, stdout } = await command(...argv);
    expect(stdout).toContain('--batch N');
    expect(status).toBe(0);
  }
  expect((await command('train', '--help')).stdout).toMatch(/--resume {2,}goes on/);
});

test('a file that is not there', async () => {
  for (const name of ['check', 'summary', 'kernels', 'tune', 'train', 'eval', 'compile', 'fmt']) {
    const { status, stderr } = await command(name, 'models/fashion_cn.net');
    expect(stderr).toBe(
      'error: cannot read models/fashion_cn.net: there is no such file or folder; did you mean models/fashion_cnn.net?\n',
    );
    expect(status).toBe(1);
  }
});

test('a path that resembles none is told what there is', async () => {
  expect((await command('check', 'models/zebra.net')).stderr).toMatch(/; models has fashion_cnn\.net, /);
  expect((await command('check', 'nowhere/zebra.net')).stderr).toMatch(/no such file or folder\n$/);
  expect((await command('check', 'models/')).stderr).toMatch(/takes \.net files/);
});

test('explain tells the story with both programs', async () => {
  const { status, stdout } = await command('explain', 'e0301');
  expect(stdout).toMatch(
    /^error\[E0301\]: wrong input size\n\n[\s\S]+This program has it:\n\n {4}model[\s\S]+netc says:\n\n {4}error\[E0301\][\s\S]+Put right:\n\n {4}model/,
  );
  expect(status).toBe(0);
});

test('colours for terminals only, unless the environment says otherwise', () => {
  const [terminal, pipe] = [{ isTTY: true }, {}];
  expect(wantsColor(terminal, {})).toBe(true);
  expect(wantsColor(pipe, {})).toBe(false);
  expect(wantsColor(terminal, { NO_COLOR: '1' })).toBe(false);
  expect(wantsColor(terminal, { NO_COLOR: '' })).toBe(true);
  expect(wantsColor(terminal, { TERM: 'dumb' })).toBe(false);
  expect(wantsColor(pipe, { FORCE_COLOR: '1' })).toBe(true);
});
