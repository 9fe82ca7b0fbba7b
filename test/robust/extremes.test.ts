/**
 * Inputs that nobody writes by hand: sizes beyond every number, recursion, endless repetition, strange characters, a megabyte. Each
 * ends soon, and what is wrong is said in one or a few errors.
 */
import { describe, expect, test } from 'vitest';
import { survives } from './survive.ts';

/** A model whose body this is. */
const net = (body: string, input = 'f32[N, 8]'): string => `model Net(image: ${input}) -> f32[N, 8] {\n  ${body}\n}\n`;
const times = (count: number, part: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => part(i));
const huge = 2 ** 53 - 1;

/** The code of the first error, '' for none. */
const first = (text: string): string => survives(text)[0]?.code ?? '';

describe('sizes beyond every number', () => {
  test.each([
    ['an input', net('flatten(image)', `f32[N${', 2000000000'.repeat(4)}]`), 'E0307'],
    ['a weight', net('image |> a: Linear(2000000000) |> b: Linear(8)'), 'E0307'],
    [
      'a parameter',
      `layer L(x: f32[...S]) -> f32[...S] { param w: f32[2000000000, 2000000000] = zeros()\n x }\n${net('image |> a: L')}`,
      'E0307',
    ],
    ['a product of integers', net(`image |> reshape((N, ${huge} * ${huge}))`), 'E0404'],
    ['a product with the batch', net(`image |> reshape((N * ${huge} * 3, 1))`), 'E0404'],
    ['a difference', net('image', `f32[N, -${huge} - ${huge}]`), 'E0404'],
    ['product(…)', net(`image |> reshape((product((${huge}, ${huge})), 8))`), 'E0307'],
    ['a shape', net(`image |> reshape((${'2, '.repeat(60)}1))`), 'E0307'],
    ['padding', net(`pad(image, (0, ${huge}), (0, ${huge}))`), 'E0307'],
    ['a kernel', net(`image |> c: Conv2d(8, kernel=${huge}, padding=${huge})`, 'f32[N, 3, 8, 8]'), 'E0404'],
    [
      'a kernel that fits',
      net(`image |> c: Conv2d(8, kernel=2147483647, padding=2147483647)`, 'f32[N, 3, 8, 8]'),
      'E0307',
    ],
    ['an index', net(`to_f32(iota((${huge}, ${huge}), 0))`), 'E0307'],
    ['a comprehension', net(`for i in N * ${huge}, j in 3 { image[0, i * ${huge}] }`), 'E0307'],
    [
      'a chain of constants',
      `${times(60, (i) => `const c${i} = c${i + 1} * c${i + 1}`).join('\n')}\nconst c60 = 2\n${net('image |> reshape((N, c0))')}`,
      'E0404',
    ],
    ['a number', net(`image |> a: Linear(${'9'.repeat(17)})`), 'E0110'],
    ['no number', net('image |> a: Linear(sqrt(-1))'), 'E0404'],
    ['division by zero', net('image |> reshape((ceil(N / (N - N)), 8))'), 'E0404'],
    ['many axes', net('image', `f32[N, ${'1, '.repeat(3000)}8]`), 'E0307'],
  ])('%s', (_, text, code) => {
    expect(first(text)).toBe(code);
  });
});

describe('formulas that grow', () => {
  const shape = (size: string): string => net(`image |> reshape((${size}, 8))`);
  const nested = (levels: number, next: (inner: string, i: number) => string): string =>
    times(levels, String).reduce((inner, _, i) => next(inner, i), 'N');
  test.each([
    ['a power of a sum', shape(times(60, () => '(N + 1)').join(' * ')), 'E0404'],
    ['a power of quotients', shape(times(30, () => '(N / 2 + N / 3 + N / 5 + N / 7 + N / 11)').join(' * ')), 'E0404'],
    ['minima of maxima', shape(nested(12, (a, i) => `min(max(${a}, N * ${i + 2} - 3), N + ${i}) * 2`)), 'E0308'],
    [
      'maxima of sums of minima',
      shape(nested(12, (a, i) => `max(min(${a}, ${i + 5}) + N / ${i + 2}, N - ${i})`)),
      'E0404',
    ],
    ['quotients of quotients', shape(nested(40, (a, i) => `(${a} + ${i % 7}) / ${1 + (i % 5)}`)), 'E0308'],
    ['remainders of remainders', shape(nested(30, (a, i) => `(${a} * ${i + 2} + 1) % ${100 - i}`)), 'E0404'],
    ['quotients by the batch', shape(nested(20, (a, i) => `(${a} * N + ${i}) / (N + ${i})`)), 'E0404'],
  ])('%s', (_, text, code) => {
    expect(first(text)).toBe(code);
  });
});

describe('without end', () => {
  const fn = (body: string): string => `fn f(x: f32[...S], n: int) -> f32[...S] { ${body} }\n${net('f(image, 60)')}`;
  test.each([
    ['a list', net('image |> [1000 * [1000 * relu]]'), 'E0404'],
    ['lists of lists', net(`image |> ${'[1000 * '.repeat(6)}relu${']'.repeat(6)}`), 'E0404'],
    [
      'layers',
      `layer A(x: f32[...S]) -> f32[...S] { x |> b: B }\nlayer B(x: f32[...S]) -> f32[...S] { x |> a: A }\n${net('image |> a: A')}`,
      'E0209',
    ],
    ['a function that uses itself', fn('f(x, n)'), 'E0209'],
    ['a function that uses itself twice', fn('if n < 2 { x } else { f(x, n - 1) + f(x, n - 2) }'), 'E0209'],
    [
      'a deep expression in a deep function',
      fn(`if n == 0 { x } else { ${'relu('.repeat(50)}f(x, n - 1)${')'.repeat(50)} }`),
      'E0209',
    ],
    ['constants', `const a = b\nconst b = c\nconst c = a\n${net('image |> reshape((N, a))')}`, 'E0209'],
    [
      'a long chain of constants',
      `${times(3000, (i) => `const c${i} = c${i + 1} + 1`).join('\n')}\nconst c3000 = 1\n${net('image |> reshape((N, c0))')}`,
      'E0209',
    ],
    [
      'constants that double',
      `${times(40, (i) => `const c${i} = [c${i + 1}, c${i + 1}]`).join('\n')}\nconst c40 = 2\n${net('image |> reshape(c0)')}`,
      'E0404',
    ],
  ])('%s', (_, text, code) => {
    expect(first(text)).toBe(code);
  });
});

describe('long', () => {
  test.each([
    ['a pipeline', net(`image${' |> relu'.repeat(240)}`), ''],
    [
      'statements',
      net(`${times(2000, (i) => `let v${i + 1} = relu(${i === 0 ? 'image' : `v${i}`})`).join('\n')}\nv2000`),
      '',
    ],
    ['unknown names', net(`${times(1500, (i) => `let v${i} = unknown_${i}(image)`).join('\n')}\nimage`), 'E0201'],
    ['models', times(300, (i) => `model M${i}(x: f32[N, 8]) -> f32[N, 8] { x |> a: Linear(8) }`).join('\n'), ''],
    [
      'a megabyte of functions',
      times(12_000, (i) => `fn f${i}(x: f32[...S]) -> f32[...S] { relu(x) + sigmoid(x) * 2 }`).join('\n'),
      'E0114',
    ],
    ['a megabyte of comments', `${net('image')}${'// a comment of some length\n'.repeat(37_000)}`, ''],
    ['a megabyte of blanks', '\t'.repeat(1_000_000), ''],
    ['a megabyte in one string', `const a = "${'x'.repeat(1_000_000)}"`, ''],
    ['a megabyte in one list', `const a = [${'1, '.repeat(300_000)}1]`, 'E0114'],
    ['a megabyte in one name', `const ${'a'.repeat(1_000_000)} = 1`, ''],
    ['a megabyte of words', 'x y '.repeat(250_000), 'E0114'],
    ['brackets', ')'.repeat(20_000), 'E0103'],
    ['arguments', net(`relu(${'image, '.repeat(5000)}image)`), 'E0403'],
    ['a name', net(`image |> ${'a'.repeat(50_000)}: Linear(8)`), ''],
  ])('%s', (_, text, code) => {
    expect(first(text)).toBe(code);
  });

  test('there are at most 500 errors, each of a bounded length', () => {
    const unknown = survives(net(`${times(1500, (i) => `let v${i} = unknown_${i}(image)`).join('\n')}\nimage`));
    expect(unknown).toHaveLength(500);
    expect(survives(') x '.repeat(5000)).length).toBeLessThanOrEqual(500);
    const [wide] = survives(net(`image |> reshape((${'1, '.repeat(5000)}1))`));
    expect(wide.message.length).toBeLessThan(700);
  });
});

describe('strange characters', () => {
  test.each([
    ['null bytes', '\u0000'.repeat(100_000), 'E0105'],
    ['emoji', '\u{1F600}'.repeat(50_000), 'E0105'],
    ['half an emoji', net('image \uD800'), 'E0105'],
    ['a change of direction', net('\u202Eimage\u202C'), 'E0105'],
    ['letters beyond ASCII', net('let größe = image\n  größe'), 'E0105'],
    ['CRLF', net('image\n  |> relu').replaceAll('\n', '\r\n'), ''],
    ['CR', net('image\n  |> relu').replaceAll('\n', '\r'), ''],
    ['tabs', net('image\t|>\trelu').replaceAll('  ', '\t'), ''],
    ['a byte order mark', `\uFEFF${net('image')}`, ''],
    ['names of JavaScript', net('let constructor = image\n  let __proto__ = constructor\n  __proto__'), ''],
    ['arguments of such names', net('image |> l: Linear(8, __proto__=1)'), 'E0401'],
    ['stages of such names', net('image |> toString'), 'E0201'],
    ['settings of such names', `${net('image')}train Net on __proto__ { valueOf = 1\n constructor = 2 }\n`, 'E0201'],
    ['imports', 'import { __proto__ } from "\u0001"\n', 'E0203'],
  ])('%s', (_, text, code) => {
    expect(first(text)).toBe(code);
  });
});
