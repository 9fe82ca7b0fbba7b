/** Every construct and every place for a comment, badly laid out, and how the formatter lays it out. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from '../../compiler/1-parse/index.ts';
import { format } from '../../compiler/format/index.ts';
import { expectSame, read } from '../../compiler/format/read.ts';
import { checked, formatted } from './support.ts';

const golden = (name: string): string => readFileSync(new URL(`golden/${name}.net`, import.meta.url), 'utf8');

test('the ugly program', () => {
  expect(checked(golden('ugly'))).toBe(golden('formatted'));
});

test('no line that can be broken is longer than 120', () => {
  const long = golden('formatted')
    .split('\n')
    .filter((line) => line.length > 120);
  expect(long).toEqual([]);
});

test.each([
  ['nothing', '', ''],
  ['only space', ' \n\t\n', ''],
  ['only a comment', '\n\n// a\n\n\n// b', '// a\n\n// b\n'],
  ['no newline at the end', 'const a = 1', 'const a = 1\n'],
  ['old Macintosh line ends', 'const a=1\rconst b=2 // c\r', 'const a = 1\nconst b = 2 // c\n'],
  ['Windows line ends', 'const a=1\r\n\r\n\r\nconst b=2\r\n', 'const a = 1\r\n\r\nconst b = 2\r\n'],
  ['a blank line that is one', 'const a = 1\n  \nconst b = 2', 'const a = 1\n\nconst b = 2\n'],
  ['`;` is no blank line', 'const a = 1\n;\nconst b = 2', 'const a = 1\nconst b = 2\n'],
])('%s', (_, text, expected) => {
  expect(formatted(text)).toBe(expected);
  expect(formatted(expected)).toBe(expected);
});

test.each([
  ['documents nothing because of a `;`', 'fn f(x: f32[]) { x }\n/// a\n;\nfn g(x: f32[]) { x }'],
  ['documents nothing, before documentation', '/// a\n;\n/// b\nconst c = 1'],
  ['documents nothing beside a bracket', 'layer A(x: f32[]) { /// a\n  param w = 1\n  w\n}'],
  [
    'documents nothing at the ends of lines',
    'const a = 1 /// b\nconst b = 2\nfn f(x: f32[]) { x } /// g\nfn g() { 1 }',
  ],
  ['comments of blocks that end together', 'fn f(x: f32[]) { if x { x /// a\n } /// b\n } /// c\nconst d = 1'],
  ['documents the first of two', '/// a\nconst a = 1; const b = 2'],
  ['documents a layer, not its parameter', '/// a\nlayer A(x: f32[]) { param w = 1; w }'],
  ['a sign at the beginning of a statement', 'fn f(x: f32[]) { let a = 1; - // b\n x }'],
  ['two signs', 'fn f(x: f32[]) { let a = 1; - - // b\n x\n + - // c\n x }'],
  ['members that look like a number', 'const a = b . 0 . 1 . 2 . 3'],
  ['a call on the line of its brackets', 'const a = (f(\n1\n)(\n2\n))[\n0\n](3)'],
  ['parentheses around parts', 'const a = ((((b + c)) * d) |> (e |> f))'],
  ['a pipeline in brackets', 'const a = f((x\n|> g |> h\n|> i), y |> g)'],
])('meaning and comments: %s', (_, text) => {
  checked(text);
});

test('columns: aligned pipes stay aligned when a name changes, others are not aligned', () => {
  const body = (a: string, b: string): string => `fn f(x: f32[N]) {\n  x\n    |> ${a}\n    |> ${b}\n}\n`;
  expect(formatted(body('gg(1)  |> i', 'h(1)   |> j'))).toBe(body('gg(1) |> i', 'h(1)  |> j'));
  expect(formatted(body('gg(1) |> i', 'h(1)   |> j'))).toBe(body('gg(1) |> i', 'h(1) |> j'));
  const long = 'a'.repeat(105);
  expect(formatted(body(`${long}  |> i`, `${long.slice(1)}   |> jjjjjjj`))).toBe(
    body(`${long} |> i`, `${long.slice(1)}\n    |> jjjjjjj`),
  );
});

test('a file with syntax errors is left as it is, its errors in its own offsets', () => {
  const text = 'const  a = 1\r\nconst b = (\r\n';
  const file = { path: 'main.net', text };
  expect(format(file)).toEqual({ text, diagnostics: parse(file).diagnostics });
  expect(format(file).diagnostics).toHaveLength(1);
});

test.each([
  ['comments', 'const a = 1 // b', 'const a = 1'],
  ['words', 'const a = (1)', 'const a = 1'],
  ['meaning', '/// b\nconst a = 1', '/// b\n\nconst a = 1'],
  ['meaning', 'fn f(x: f32[]) { x\n-x }', 'fn f(x: f32[]) { x - x }'],
  ['syntax', 'const a = 1', 'const a = '],
])('the safety net sees changed %s', (what, before, after) => {
  const [source, printed] = [before, after].map((text) => read({ path: 'main.net', text }));
  expect(() => expectSame(source, printed)).toThrow(`formatting would change the ${what} of main.net`);
  expectSame(source, source);
});

/** The fastest of some runs, in milliseconds. */
function fastest(run: () => unknown): number {
  const times = Array.from({ length: 8 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

test.each([
  ['the ugly program twice, 300 lines', golden('ugly').repeat(2)],
  ['brackets in brackets', `const a = ${'f([('.repeat(21)}1${')])'.repeat(21)}`],
  ['calls in calls', `const a = ${'some_function(another_argument, '.repeat(60)}1${')'.repeat(60)}`],
  ['if in if', `const a = ${'if x { '.repeat(60)}1${' } else { 2 }'.repeat(60)}`],
  ['else if', `const a = ${'if x { 1 } else '.repeat(120)}{ 1 }`],
  ['pipes', `const a = x${' |> f'.repeat(250)}`],
  ['operators', `const a = 1${' + 1 * 2 - 3'.repeat(80)}`],
  ['lists', `const a = [${'[1, 2, 3], '.repeat(300)}[1]]`],
])('it takes a few times as long as parsing: %s', (_, text) => {
  checked(text);
  const file = { path: 'main.net', text };
  // Parsing, twice, is most of it. Wide bounds, as other work on the machine disturbs; what grows exponentially exceeds any.
  expect(fastest(() => format(file))).toBeLessThan(20 * fastest(() => parse(file)) + 20);
});
