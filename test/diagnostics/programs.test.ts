/**
 * Wrong programs and the very text that a user sees: `programs/NAME.net` beside `programs/NAME.txt`, which also lists the
 * fixes that are offered. `NETC_UPDATE=1 npx vitest run test/diagnostics/programs.test.ts` writes the texts anew; read the
 * difference before you keep it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { describe, expect, test } from 'vitest';
import { fileHost } from '../../compiler/cli/host.ts';
import type { Diagnostic, SourceFile } from '../../compiler/diagnostics/diagnostic.ts';
import { analyze } from '../../compiler/front-end.ts';
import { applyFixes } from '../parse/drawn.ts';
import { expectText, rendered } from './snapshot.ts';

const folder = new URL('programs/', import.meta.url);
const files = readdirSync(folder);
const names = files.filter((name) => name.endsWith('.net')).map((name) => name.slice(0, -'.net'.length));
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

function diagnose(name: string, text: string): readonly Diagnostic[] {
  const readImport = (path: string, from: SourceFile): SourceFile | undefined => {
    const target = join(dirname(from.path), path);
    return readdirSync(new URL('shared/', folder)).some((file) => `shared/${file}` === target)
      ? { path: target, text: read(target) }
      : undefined;
  };
  return analyze({ path: `${name}.net`, text }, { ...fileHost, readImport }).diagnostics;
}

describe.each(names)('%s', (name) => {
  const text = read(`${name}.net`);
  const diagnostics = diagnose(name, text);

  test('the messages', () => {
    expect(diagnostics.length).toBeGreaterThan(0);
    for (const diagnostic of diagnostics) {
      const lines = rendered(diagnostic).split('\n');
      expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(14);
      expect(lines.join('\n')).not.toMatch(/undefined|NaN|\[object|imod|amax|amin|broadcast_to|iota/);
    }
    const shown = diagnostics.map((diagnostic) =>
      [rendered(diagnostic), ...diagnostic.fixes.map(({ title }) => `  fix: ${title}`)].join('\n'),
    );
    expectText(new URL(`${name}.txt`, folder), shown.join('\n\n'));
  });

  test.runIf(diagnostics.every(({ fixes }) => fixes.length > 0))('the fixes mend it', () => {
    expect(diagnose(name, applyFixes(text, diagnostics)).map(rendered)).toEqual([]);
  });
});

test('there are many, and each text belongs to a program', () => {
  expect(names.length).toBeGreaterThanOrEqual(40);
  expect(files.filter((name) => name.endsWith('.txt') && !names.includes(name.slice(0, -'.txt'.length)))).toEqual([]);
});
