/** Fixes are offered only where they help. */
import { expect, test } from 'vitest';
import { fileHost } from '../../compiler/cli/host.ts';
import type { Diagnostic, Fix, SourceFile } from '../../compiler/diagnostics/diagnostic.ts';
import { analyze } from '../../compiler/front-end.ts';
import { changedBy, verifyFixes } from '../../compiler/verify-fixes.ts';

const file: SourceFile = { path: 'a.net', text: 'one two three' };
const edit = (start: number, end: number, text: string): Fix['edits'][number] => ({ span: { file, start, end }, text });
const fix = (text: string): Fix => ({ title: text, edits: [edit(4, 7, text)] });
const error = (message: string, fixes: readonly Fix[] = []): Diagnostic => ({
  code: 'E0301',
  severity: 'error',
  message,
  span: { file, start: 4, end: 7 },
  notes: [],
  help: [],
  fixes,
});

test('edits of one file are made together', () => {
  const changed = changedBy({ title: '', edits: [edit(0, 3, 'eins'), edit(8, 13, 'drei'), edit(4, 4, 'und ')] });
  expect(changed.get('a.net')?.text).toBe('eins und two drei');
});

test('a fix stays where its error goes and none comes', () => {
  const answers: Readonly<Record<string, readonly Diagnostic[]>> = {
    'one good three': [error('other')],
    'one same three': [error('wrong'), error('other')],
    'one worse three': [error('other'), error('new')],
  };
  const before = [error('wrong', ['good', 'same', 'worse'].map(fix)), error('other')];
  const [checked] = verifyFixes(before, before, (changed) => answers[changed.get('a.net')?.text ?? ''] ?? []);
  expect(checked.fixes.map(({ title }) => title)).toEqual(['good']);
});

test('how often is checked again is bounded', () => {
  let times = 0;
  const many = Array.from({ length: 100 }, (_, i) => error(`wrong ${i}`, [fix('x')]));
  const checked = verifyFixes(many, many, () => {
    times++;
    return [];
  });
  expect(times).toBeLessThanOrEqual(24);
  expect(checked.filter(({ fixes }) => fixes.length > 0)).toHaveLength(times);
});

const titles = (text: string): string[][] =>
  analyze({ path: 'main.net', text }, fileHost).diagnostics.map(({ fixes }) => fixes.map(({ title }) => title));

test('the size that a layer states is mended only where the rest then fits', () => {
  const model = (classes: number): string => `model Net(x: f32[N, 8]) -> f32[N, ${classes}] {
  x |> fc: Linear(4 -> 10)
}
`;
  expect(titles(model(10))).toEqual([['Change to 8', 'Leave the input size out']]);
  // The result is wrong, too, which is another error and stays one.
  expect(titles(model(12))).toEqual([
    ['Change 10 to 12', 'Declare f32[N, 10]'],
    ['Change to 8', 'Leave the input size out'],
  ]);
});
