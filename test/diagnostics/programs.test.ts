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
import { changedBy } from '../../compiler/verify-fixes.ts';
import { expectText, rendered } from './snapshot.ts';

const folder = new URL('programs/', import.meta.url);
const files = readdirSync(folder);
const names = files.filter((name) => name.endsWith('.net')).map((name) => name.slice(0, -'.net'.length));
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

/** `changed`: files with other texts, by path. */
function diagnose(name: string, changed: ReadonlyMap<string, SourceFile> = new Map()): readonly Diagnostic[] {
  const readImport = (path: string, from: SourceFile): SourceFile | undefined => {
    const target = join(dirname(from.path), path);
    return readdirSync(new URL('shared/', folder)).some((file) => `shared/${file}` === target)
      ? (changed.get(target) ?? { path: target, text: read(target) })
      : undefined;
  };
  const path = `${name}.net`;
  return analyze(changed.get(path) ?? { path, text: read(path) }, { ...fileHost, readImport }).diagnostics;
}

describe.each(names)('%s', (name) => {
  const diagnostics = diagnose(name);

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

  // Where one of the messages offers no fix, the rest does not mend the program.
  if (diagnostics.some(({ fixes }) => fixes.length === 0)) return;
  test('the fixes mend it', () => {
    const edits = diagnostics.flatMap(({ fixes }) => fixes[0].edits);
    expect(diagnose(name, changedBy({ title: 'all', edits })).map(rendered)).toEqual([]);
  });
});

test('there are many, and each text belongs to a program', () => {
  expect(names.length).toBeGreaterThanOrEqual(40);
  expect(files.filter((name) => name.endsWith('.txt') && !names.includes(name.slice(0, -'.txt'.length)))).toEqual([]);
});
