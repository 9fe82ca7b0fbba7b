/** Every known program: formatting it keeps the tree and the comments and is idempotent; ours are formatted already. */
import { expect, test } from 'vitest';
import { repositoryFiles, shown } from '../parse/examples.ts';
import { programs } from './programs.ts';
import { checked, formatted } from './support.ts';

test('there are programs of all kinds', () => {
  expect(programs.size).toBeGreaterThan(80);
  for (const name of [
    'README.md 1',
    'compiler/std/layers.net',
    'test/golden/tiny.net',
    'W0101 fixed',
    'E0301 failing',
  ]) {
    expect([...programs.keys()]).toContain(name);
  }
});

test.each([...programs])('%s', (_, text) => {
  checked(text);
});

const ours = [...programs].filter(([name]) => name.startsWith('README') || name === 'test/golden/tiny.net');

test.each([...repositoryFiles, ...ours])('%s is formatted', (_, text) => {
  expect(formatted(text)).toBe(text);
});

test.each([...shown].filter(([name]) => ['cnn', 'residual block', 'resnet'].includes(name)))(
  'the language reference: %s is formatted',
  (_, text) => {
    expect(formatted(text)).toBe(text);
  },
);
