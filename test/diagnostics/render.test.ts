/** How a diagnostic looks. */
import { expect, test } from 'vitest';
import type { Diagnostic, Note, SourceFile, Span } from '../../compiler/diagnostics/diagnostic.ts';
import { render } from '../../compiler/diagnostics/render.ts';

/** The span of the first occurrence of the words in the file. */
function at(file: SourceFile, words: string): Span {
  const start = file.text.indexOf(words);
  if (start < 0) throw new Error(`no ${words}`);
  return { file, start, end: start + words.length };
}

const note = (span: Span, message: string): Note => ({ span, message });

const error = (span: Span, more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'E0301',
  severity: 'error',
  message: 'wrong',
  span,
  notes: [],
  help: [],
  fixes: [],
  ...more,
});

const plain = (diagnostic: Diagnostic): string => render(diagnostic, { color: false });

test('the example of the language reference', () => {
  const text = `${'//\n'.repeat(9)}  features |> flatten\n    |> fc1: Linear(1024 -> 64) |> relu\n`;
  const file = { path: 'models/fashion_cnn.net', text };
  const diagnostic = error(at(file, '1024'), {
    message: 'fc1 takes 1024 features, but its input has 1152',
    label: 'expected 1152',
    notes: [note(at(file, 'flatten'), 'f32[N, 1152] comes from here: 128 * 3 * 3')],
    help: ['write `Linear(1152 -> 64)`, or `Linear(64)` to have the input size inferred'],
  });
  expect(plain(diagnostic)).toBe(`error[E0301]: fc1 takes 1024 features, but its input has 1152
  --> models/fashion_cnn.net:11:20
   |
10 |   features |> flatten
   |               ------- f32[N, 1152] comes from here: 128 * 3 * 3
11 |     |> fc1: Linear(1024 -> 64) |> relu
   |                    ^^^^ expected 1152
   = help: write \`Linear(1152 -> 64)\`, or \`Linear(64)\` to have the input size inferred`);
});

test('several places on a line, lines far apart, places that overlap', () => {
  const file = { path: 'a.net', text: 'one two three\n2\n3\n4\nfour five\n6\nsix' };
  const diagnostic = error(at(file, 'two'), {
    label: 'primary',
    notes: [note(at(file, 'one'), 'first'), note(at(file, 'three'), 'last'), note(at(file, 'four five'), 'both')],
  });
  const more = {
    ...diagnostic,
    notes: [...diagnostic.notes, note(at(file, 'four'), 'part'), note(at(file, 'six'), 'end')],
  };
  expect(plain(more)).toBe(`error[E0301]: wrong
 --> a.net:1:5
  |
1 | one two three
  | --- ^^^ ----- last
  | |   |
  | |   primary
  | first
...
5 | four five
  | ---- part
  | --------- both
6 | 6
7 | six
  | --- end`);
});

test('a place of several lines', () => {
  const file = { path: 'a.net', text: 'f(\n  a,\n  b\n  )\nc' };
  expect(plain(error(at(file, 'f(\n  a,\n  b\n  )'), { label: 'this call' }))).toBe(`error[E0301]: wrong
 --> a.net:1:1
  |
1 | f(
  | ^^
...
4 |   )
  |   ^ this call`);
});

test('other files stand below', () => {
  const file = { path: 'a.net', text: 'x\ny' };
  const other = { path: 'lib.net', text: `${'\n'.repeat(11)}layer L` };
  expect(plain(error(at(file, 'y'), { notes: [note(at(other, 'L'), 'declared here')] }))).toBe(`error[E0301]: wrong
  --> a.net:2:1
   |
 2 | y
   | ^
  ::: lib.net:12:7
   |
12 | layer L
   |       - declared here`);
});

test.each([
  ['tabs', 'a\tbc', 'bc', '1 | a   bc\n  |     ^^', '1:3'],
  ['Windows line ends', 'a\r\nbc\r\n', 'bc', '2 | bc\n  | ^^', '2:1'],
  ['wide characters', '"日本" b', 'b', '1 | "日本" b\n  |        ^', '1:6'],
  ['combining characters', 'e\u0301 b', 'b', '1 | e\u0301 b\n  |   ^', '1:4'],
  ['control characters', 'a\u001b[2J b', 'b', '1 | a\uFFFD[2J b\n  |       ^', '1:7'],
])('%s', (_, text, words, picture, place) => {
  const shown = plain(error(at({ path: 'a.net', text }, words)));
  expect(shown).toBe(`error[E0301]: wrong\n --> a.net:${place}\n  |\n${picture}`);
});

test('the end of the file, with and without a newline; an empty file', () => {
  const end = (text: string): string => {
    const file = { path: 'a.net', text };
    return plain(error({ file, start: text.length, end: text.length }, { label: 'here' }));
  };
  expect(end('ab')).toContain('--> a.net:1:3\n  |\n1 | ab\n  |   ^ here');
  expect(end('ab\n')).toContain('--> a.net:2:1\n  |\n2 |\n  | ^ here');
  expect(end('')).toContain('--> a.net:1:1\n  |\n1 |\n  | ^ here');
});

test('of a very long line only the part in question is shown', () => {
  const file = { path: 'a.net', text: `${'x'.repeat(5000)} here ${'y'.repeat(5000)}` };
  const lines = plain(error(at(file, 'here'))).split('\n');
  expect(lines[3].length).toBeLessThan(200);
  expect(lines[3].indexOf('here')).toBe(lines[4].indexOf('^^^^'));
  expect(lines[3]).toMatch(/^1 \| \.\.\.x+ here y+\.\.\.$/);
});

test('without help, what the fix would do', () => {
  const file = { path: 'a.net', text: 'a' };
  const fixes = [{ title: 'Insert `,`', edits: [] }];
  expect(plain(error(at(file, 'a'), { fixes }))).toContain('\n  = help: insert `,`');
  expect(plain(error(at(file, 'a'), { fixes, help: ['one', 'two\nlines'] }))).toMatch(
    /\^\n {2}= help: one\n {2}= help: two\n {10}lines$/,
  );
});

test('colours, and nothing but colours, differ', () => {
  const file = { path: 'a.net', text: 'a b' };
  const diagnostic = error(at(file, 'b'), { label: 'x', notes: [note(at(file, 'a'), 'y')], help: ['z'] });
  const colored = render(diagnostic, { color: true });
  expect(colored).toContain('\u001b[1;31merror[E0301]\u001b[0m');
  expect(colored).toContain('\u001b[1;34my\u001b[0m');
  const escapes = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');
  expect(colored.replace(escapes, '')).toBe(plain(diagnostic));
  expect(render({ ...diagnostic, severity: 'warning' }, { color: true })).toContain('\u001b[1;33mwarning');
});
