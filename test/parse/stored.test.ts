/** Syntax trees written down and read back. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from '../../compiler/1-parse/index.ts';
import { restoredTree, storedTree } from '../../compiler/1-parse/stored.ts';
import { LIBRARY } from '../../compiler/cli/host.ts';

const names = readdirSync(LIBRARY).filter((name) => name.endsWith('.net'));
const built = new URL('../../dist/compiler/std/', import.meta.url);

test.each(names)('the built tree of the library is what parsing gives: %s', (name) => {
  const file = { path: `std/${name}`, text: readFileSync(join(LIBRARY, name), 'utf8') };
  const { module, diagnostics } = parse(file);
  expect(diagnostics).toEqual([]);
  expect(readFileSync(new URL(name, built), 'utf8')).toBe(file.text);
  const restored = restoredTree(readFileSync(new URL(`${name}.json`, built), 'utf8'), file);
  expect(restored).toStrictEqual(module);
  expect(restored.declarations[0].span.file).toBe(file);
});

test('a tree belongs to the file that it is read for', () => {
  const text = 'const twelve = 3 * 4\n';
  const tree = storedTree(parse({ path: 'a.net', text }).module);
  const other = { path: 'b.net', text };
  expect(restoredTree(tree, other)).toStrictEqual(parse(other).module);
});
