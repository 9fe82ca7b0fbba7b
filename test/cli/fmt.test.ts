/** `netc fmt`: files in place, `--check`, standard input, and what it says. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shownPath } from '../../compiler/cli/host.ts';
import { COMMAND } from '../support/built.ts';
import { command } from './in-process.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netc-fmt-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ugly = 'const  a=1 // one\n';
const neat = 'const a = 1 // one\n';

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('formats in place, says which files changed, and leaves nothing else behind', async () => {
  const [a, b] = [file('a.net', ugly), file('b.net', neat)];
  chmodSync(a, 0o640);
  const before = statSync(b).mtimeMs;
  expect(await command('fmt', a, b)).toEqual({ status: 0, stdout: `formatted ${shownPath(a)}\n`, stderr: '' });
  expect([readFileSync(a, 'utf8'), readFileSync(b, 'utf8')]).toEqual([neat, neat]);
  expect(statSync(a).mode & 0o777).toBe(0o640);
  expect(statSync(b).mtimeMs).toBe(before);
  expect(readdirSync(folder).sort()).toEqual(['a.net', 'b.net']);
  expect(await command('fmt', a, b)).toEqual({
    status: 0,
    stdout: `${shownPath(a)}, ${shownPath(b)}: nothing to change\n`,
    stderr: '',
  });
});

test('a link stays one', async () => {
  const a = file('a.net', ugly);
  const link = join(folder, 'link.net');
  symlinkSync(a, link);
  expect((await command('fmt', link)).status).toBe(0);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(a, 'utf8')).toBe(neat);
});

test('--check writes nothing and lists what is not formatted', async () => {
  const [a, b] = [file('a.net', ugly), file('b.net', neat)];
  const { status, stdout, stderr } = await command('fmt', '--check', a, b);
  expect([status, stdout]).toEqual([1, `${shownPath(a)}\n`]);
  expect(stderr).toContain('`netc fmt` without `--check`');
  expect(readFileSync(a, 'utf8')).toBe(ugly);
  expect(await command('fmt', '--check', b)).toEqual({ status: 0, stdout: `${shownPath(b)}: formatted\n`, stderr: '' });
});

test('a file with syntax errors is left alone and reported; the others are formatted', async () => {
  const broken = 'const  a = (1\n';
  const [a, b] = [file('a.net', broken), file('b.net', ugly)];
  const { status, stdout, stderr } = await command('fmt', a, b);
  expect([status, stdout]).toEqual([1, `formatted ${shownPath(b)}\n`]);
  expect(stderr).toMatch(/^error\[E0102\]: [\s\S]+a\.net:1:14[\s\S]+1 error; `netc explain E0102`/);
  expect([readFileSync(a, 'utf8'), readFileSync(b, 'utf8')]).toEqual([broken, neat]);
});

test('where one file cannot be read, none is written', async () => {
  const a = file('a.net', ugly);
  const { status, stderr } = await command('fmt', a, join(folder, 'none.net'));
  expect(status).toBe(1);
  expect(stderr).toContain('there is no such file');
  expect(readFileSync(a, 'utf8')).toBe(ugly);
});

test('standard input', { timeout: 120_000 }, () => {
  const run = (input: string, ...argv: string[]) => {
    const child = spawnSync(process.execPath, [COMMAND, 'fmt', ...argv], {
      input,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    return [child.status, child.stdout, child.stderr];
  };
  expect(run(ugly, '-')).toEqual([0, neat, '']);
  expect(run(ugly, '--stdin', '--check')).toEqual([1, '', expect.stringContaining('standard input is not formatted')]);
  expect(run('const a = (', '--stdin')).toEqual([1, '', expect.stringContaining('--> standard input:1:12')]);
});
