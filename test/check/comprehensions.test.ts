/** Comprehensions, indexing, choices and tuples: what they compute, by the graph's interpreter. */
import { expect, test } from 'vitest';
import { buildInference } from '../../compiler/3-graph/from-typed.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { checkValid, expectErrors } from './harness.ts';

/** x[n, i, j] = 100 n + 10 i + j for two samples of 3 x 4. */
const x = {
  shape: [2, 3, 4],
  data: Float64Array.from({ length: 24 }, (_, k) => 100 * Math.floor(k / 12) + 10 * (Math.floor(k / 4) % 3) + (k % 4)),
};

/** The value of a body over x: f32[N, 3, 4], and its shape. */
function run(body: string, type: string, before = ''): { shape: readonly number[]; data: number[] } {
  const program = checkValid(`${before}\nmodel Net(x: f32[N, 3, 4]) -> ${type} {\n  ${body}\n}\n`);
  const [result] = interpret(buildInference(program.models[0]), { dims: { N: 2 }, inputs: { x } });
  return { shape: result.shape, data: [...result.data] };
}

const each = (f: (n: number, i: number, j: number) => number, rows = 3, columns = 4): number[] =>
  Array.from({ length: 2 * rows * columns }, (_, k) =>
    f(Math.floor(k / (rows * columns)), Math.floor(k / columns) % rows, k % columns),
  );

const at = (n: number, i: number, j: number): number => 100 * n + 10 * i + j;

test.each([
  ['the identity', 'for n in N, i in 3, j in 4 { x[n, i, j] }', each(at)],
  ['mirrored', 'for n in N, i in 3, j in 4 { x[n, i, 4 - 1 - j] }', each((n, i, j) => at(n, i, 3 - j))],
  ['the order of the axes', 'for n in N, i in 4, j in 3 { x[n, j, i] }', each((n, i, j) => at(n, j, i), 4, 3)],
  [
    'arithmetic with indices',
    'for n in N, i in 3, j in 4 { x[n, i, j] + 2 * j - i / 2 }',
    each((n, i, j) => at(n, i, j) + 2 * j - Math.floor(i / 2)),
  ],
  ['whole rows', 'for n in N, i in 3 { x[n, 2 - i] }', each((n, i, j) => at(n, 2 - i, j))],
  ['outer values', 'let m = x[:, 1]\n  for n in N, i in 3, j in 4 { m[n, j] * i }', each((n, i, j) => at(n, 1, j) * i)],
  [
    'functions',
    'for n in N, i in 3, j in 4 { relu(x[n, i, j] - 105) }',
    each((n, i, j) => Math.max(at(n, i, j) - 105, 0)),
  ],
  [
    'choices',
    'for n in N, i in 3, j in 4 { if j > i { x[n, i, j] } else { -1 } }',
    each((n, i, j) => (j > i ? at(n, i, j) : -1)),
  ],
  [
    'remainders below zero',
    'for n in N, i in 3, j in 4 { to_f32((i - j) % 3) + 10 * ((i - j) / 2) }',
    each((_, i, j) => ((((i - j) % 3) + 3) % 3) + 10 * Math.floor((i - j) / 2)),
  ],
  [
    'neighbours that stay inside',
    'for n in N, i in 3, j in 4 { x[n, max(i - 1, 0), min(j + 1, 3)] }',
    each((n, i, j) => at(n, Math.max(i - 1, 0), Math.min(j + 1, 3))),
  ],
  [
    'distances of indices',
    'for n in N, i in 3, j in 4 { 1 + to_f32(abs(i - 2 * j)) }',
    each((_, i, j) => 1 + Math.abs(i - 2 * j)),
  ],
  ['a tail of the batch axis', 'for n in N, i in 3, j in 4 { x[N - 1 - n, i, j] }', each((n, i, j) => at(1 - n, i, j))],
  ['nested', 'for n in N { for i in 3 { for j in 4 { x[n, i, j] * n } } }', each((n, i, j) => at(n, i, j) * n)],
  ['not all axes in the body', 'for n in N, i in 3, j in 4 { x[0, i, 0] }', each((_, i) => at(0, i, 0))],
])('a comprehension: %s', (_, body, expected) => {
  const { shape, data } = run(body, /i in 4/.test(body) ? 'f32[N, 4, 3]' : 'f32[N, 3, 4]');
  expect(shape.reduce((a, b) => a * b)).toBe(24);
  expect(data).toEqual(expected);
});

test('reductions run over an axis or a comprehension', () => {
  const sums = [0, 1].flatMap((n) => [0, 1, 2].map((i) => [0, 1, 2, 3].reduce((s, j) => s + at(n, i, j) * j, 0)));
  expect(run('for n in N, i in 3 { sum(for j in 4 { x[n, i, j] * j }) }', 'f32[N, 3]').data).toEqual(sums);
  expect(run('for n in N, i in 3 { sum(x[n, i]) }', 'f32[N, 3]').data).toEqual(
    [0, 1].flatMap((n) => [0, 1, 2].map((i) => 4 * at(n, i, 0) + 6)),
  );
  expect(run('for n in N, k in 4 { argmax(for i in 3 { -x[n, i, k] }) |> to_f32 }', 'f32[N, 4]').data).toEqual(
    Array(8).fill(0),
  );
  const product = run('for n in N, i in 3, k in 3 { sum(for j in 4 { x[n, i, j] * x[n, k, j] }) }', 'f32[N, 3, 3]');
  expect(product.data).toEqual(run('x @ permute(x, (0, 2, 1))', 'f32[N, 3, 3]').data);
});

test('functions and layers give tuples', () => {
  const before = `
fn halves(x: f32[N, A, B]) -> (f32[N, A, B / 2], f32[N, A, B - B / 2]) {
  (x[:, :, :B / 2], x[:, :, B / 2:])
}

layer Both(x: f32[N, A, B]) -> (f32[N, A, B], f32[N, A, 1]) {
  param scale: f32[B] = ones()
  (x + 0 * scale, sum(x, axis=2, keepdim=true))
}

fn quarter(size: int) -> int { size / 4 }
`;
  expect(run('let (a, b) = halves(x)\n  a + b + quarter(4)', 'f32[N, 3, 2]', before).data).toEqual(
    each((n, i, j) => at(n, i, j) + at(n, i, j + 2) + 1, 3, 2),
  );
  const piped = run('let pair = x |> halves\n  pair.1 - pair.0', 'f32[N, 3, 2]', before);
  expect(piped.data).toEqual(Array(12).fill(2));
});

test('a position that leaves its axis, and one that is no integer', () => {
  expectErrors(`
model Net(x: f32[N, 3, 4]) -> f32[N, 4] {
  let left = for n in N, j in 4 { x[n, 0, j - 1] }
                                          ^^^^^ E0308: the position j - 1 reaches -1 on an axis of 4
  let right = for n in N, j in 4 { x[n, 0, 2 * j] }
                                           ^^^^^ E0308: the position 2 * j reaches 6 on an axis of 4
  let half = for n in N, j in 4 { x[n, 0, j * 0.5] }
                                          ^^^^^^^ E0404: …
  let cut = x[:, 2:1]
                 ^^^ E0308: …
  left + right + half + cut
}
`);
});
