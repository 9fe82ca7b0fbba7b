/** Each simplification as text before and after; and, for random graphs, that no value changes. */
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { printGraph } from '../../compiler/3-graph/print.ts';
import { verifyGraph } from '../../compiler/3-graph/verify.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import type { ElementType } from '../../compiler/ops/types.ts';
import { difference, randomNumbers } from '../ops/support.ts';
import { randomBindings } from './support.ts';

const N = dim.symbol('N');
const dims = (...sizes: (number | Dim)[]): Dim[] =>
  sizes.map((size) => (typeof size === 'number' ? dim.int(size) : size));

/** The calls of the simplified graph, without types; the last line is the result. Values must not change. */
function simplified(
  build: (g: GraphBuilder, input: (name: string, shape: Dim[], element?: ElementType) => Value) => Value,
) {
  const g = new GraphBuilder('test');
  const result = build(g, (name, shape, element = 'f32') => g.input(name, { element, shape }));
  g.output('result', 'y', result);
  const before = g.finish();
  const after = runPasses(before);
  verifyGraph(after, 'the passes');
  const bindings = randomBindings([before], { N: 2 });
  expect(difference(interpret(after, bindings)[0], interpret(before, bindings)[0])).toBeLessThan(1e-12);
  const lines = printGraph(after).split('\n').slice(1, -1);
  return lines.filter((line) => !line.startsWith('  input')).map((line) => line.trim().replace(/ : .*$/, ''));
}

const conv = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
const pool = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false };

test('neutral elements, negations, reciprocals', () => {
  expect(simplified((g, input) => g.mul(g.constant(1), g.add(input('x', dims(3)), g.constant(0))))).toEqual([
    'result y = x',
  ]);
  expect(simplified((g, input) => g.neg(g.neg(input('x', dims(3)))))).toEqual(['result y = x']);
  expect(simplified((g, input) => g.add(input('x', dims(3)), g.mul(input('y', dims(3)), g.constant(-1))))).toEqual([
    '%2 = sub(x, y)',
    'result y = %2',
  ]);
  expect(simplified((g, input) => g.mul(input('x', dims(3)), g.div(g.constant(1), input('y', dims(3)))))).toEqual([
    '%2 = div(x, y)',
    'result y = %2',
  ]);
  expect(simplified((g, input) => g.scalar('pow', input('x', dims(3)), g.constant(2)))).toEqual([
    '%1 = mul(x, x)',
    'result y = %1',
  ]);
});

test('constants are computed, sizes that are known become constants', () => {
  expect(simplified((g) => g.sub(g.constant(1), g.scalar('pow', g.constant(0.5), g.constant(2))))).toEqual([
    'result y = 0.75',
  ]);
  expect(simplified((g, input) => g.div(input('x', dims()), g.sizeOf(dim.int(4))))).toEqual([
    '%2 = div(x, 4)',
    'result y = %2',
  ]);
});

test('masks select', () => {
  const inverse = (g: GraphBuilder, c: Value): Value => g.where(c, g.constant(0), g.constant(1));
  expect(
    simplified((g, input) =>
      g.mul(inverse(g, g.scalar('gt', input('x', dims(3)), g.constant(0.5))), input('dy', dims(3))),
    ),
  ).toEqual(['%2 = gt(x, 0.5)', '%5 = select(%2, 0, dy)', 'result y = %5']);
  const mask = (g: GraphBuilder, x: Value): Value =>
    g.where(g.scalar('gt', x, g.constant(0)), g.constant(1), g.constant(0));
  expect(simplified((g, input) => g.mul(input('dy', dims(3)), mask(g, input('x', dims(3)))))).toEqual([
    '%3 = gt(x, 0)',
    '%4 = select(%3, dy, 0)',
    'result y = %4',
  ]);
  expect(
    simplified((g, input) => g.where(g.constant(1, [], 'bool'), input('a', dims(3)), input('b', dims(3)))),
  ).toEqual(['result y = a']);
});

test('conversions to the same type and detach vanish', () => {
  expect(simplified((g, input) => g.op('detach', [g.scalar('to_f32', input('x', dims(3)))]))).toEqual(['result y = x']);
});

test('work on repeated values is done before they are repeated', () => {
  expect(
    simplified((g, input) => g.mul(g.broadcastTo(g.scalar('exp', input('x', dims())), dims(N, 3)), g.constant(2))),
  ).toEqual(['%1 = exp(x)', '%3 = mul(%1, 2)', '%4 = broadcast_to(%3)', 'result y = %4']);
});

test('views compose', () => {
  expect(simplified((g, input) => g.permute(g.permute(input('x', dims(N, 3, 4)), [2, 0, 1]), [1, 2, 0]))).toEqual([
    'result y = x',
  ]);
  expect(simplified((g, input) => g.reshape(g.reshape(input('x', dims(N, 12)), dims(N, 3, 4)), dims(N, 4, 3)))).toEqual(
    ['%1 = reshape(x)', 'result y = %1'],
  );
  expect(simplified((g, input) => g.broadcastTo(g.reshape(input('x', dims(3)), dims(1, 3)), dims(N, 3)))).toEqual([
    '%1 = broadcast_to(x)',
    'result y = %1',
  ]);
  expect(simplified((g, input) => g.op('slice', [input('x', dims(N, 4))], { axis: 1, start: 0, end: 4 }))).toEqual([
    'result y = x',
  ]);
  expect(simplified((g) => g.op('pad', [g.constant(0, dims(3))], { before: [1], after: [0], value: 0 }))).toEqual([
    'result y = 0',
  ]);
});

test('a transposed product loses its transpositions', () => {
  const build = (g: GraphBuilder, input: (name: string, shape: Dim[]) => Value): Value =>
    g.permute(g.op('matmul', [g.permute(input('x', dims(N, 4)), [1, 0]), input('dy', dims(N, 3))]), [1, 0]);
  expect(simplified(build)).toEqual(['%2 = permute(dy) {order=[1, 0]}', '%3 = matmul(%2, x)', 'result y = %3']);
});

test('reductions of what is repeated, negative or single', () => {
  expect(simplified((g, input) => g.sum(g.broadcastTo(input('x', dims(3)), dims(N, 3)), [0]))).toEqual([
    '%2 = broadcast_to(size(N))',
    '%3 = mul(x, %2)',
    'result y = %3',
  ]);
  expect(simplified((g) => g.sum(g.constant(2, dims(3, 4)), [1]))).toEqual(['result y = 8']);
  expect(simplified((g, input) => g.sum(g.neg(input('x', dims(N, 3))), [1]))).toEqual([
    '%1 = sum(x) {axes=[1], keepdim=false}',
    '%2 = neg(%1)',
    'result y = %2',
  ]);
  expect(simplified((g, input) => g.sum(input('x', dims(N, 1)), [1]))).toEqual(['%1 = reshape(x)', 'result y = %1']);
  expect(simplified((g, input) => g.op('argmax', [input('x', dims(N, 1))], { axis: 1, keepdim: false }))).toEqual([
    'result y = 0',
  ]);
});

test('a reduction that keeps its axis is the same as one that does not', () => {
  const build = (g: GraphBuilder, input: (name: string, shape: Dim[]) => Value): Value => {
    const x = input('x', dims(N, 3));
    return g.add(g.reshape(g.sum(x, [1], true), [N]), g.sum(x, [1]));
  };
  expect(simplified(build)).toEqual(['%1 = sum(x) {axes=[1], keepdim=false}', '%2 = add(%1, %1)', 'result y = %2']);
});

test("ReLU's mask is taken of the pooled values; the sum over unpooled gradients is that over the pooled ones", () => {
  const build = (g: GraphBuilder, input: (name: string, shape: Dim[]) => Value): Value => {
    const x = g.scalar('relu', g.sub(input('x', dims(N, 2, 4, 5)), g.constant(0.5)));
    const dy = input('dy', dims(N, 2, 2, 2));
    const unpooled = g.op('max_pool2d_grad', [dy, g.op('max_pool2d_index', [x], pool)], { ...pool, size: dims(4, 5) });
    return g.sum(g.mul(unpooled, g.where(g.scalar('gt', x, g.constant(0)), g.constant(1), g.constant(0))), [0, 2, 3]);
  };
  const text = simplified(build).join('\n');
  expect(text).not.toContain('max_pool2d_grad');
  expect(text).toMatch(/%(\d+) = gt\(%\d+, 0\)\n%(\d+) = select\(%\1, dy, 0\)\n%(\d+) = sum\(%\2\)/);
});

/** The distances of `x` [N, 4, L] from its mean in each of the four channels. */
const centred = (g: GraphBuilder, x: Value): Value =>
  g.sub(x, g.broadcastTo(g.reshape(g.op('mean', [x], { axes: [0, 2], keepdim: false }), dims(4, 1)), x.type.shape));

test('a variance over the batch does not wait for the mean', () => {
  const lines = simplified((g, input) => {
    const distance = centred(g, input('x', dims(N, 4, 6)));
    return g.op('mean', [g.mul(distance, distance)], { axes: [0, 2], keepdim: false });
  });
  const means = lines.filter((line) => line.includes('mean('));
  expect(means).toHaveLength(2);
  // Both are of distances from the first element, and neither of anything that a mean gives.
  expect(lines.join('\n')).toMatch(/slice\(x\) \{axis=0, start=0, end=1\}/);
  const names = means.map((line) => line.split(' ')[0]);
  for (const line of means) {
    const [, summed = ''] = /mean\((%\d+)\)/.exec(line) ?? [];
    const made = lines.find((other) => other.startsWith(`${summed} =`)) ?? '';
    expect(names.some((name) => made.includes(`${name},`) || made.includes(`${name})`))).toBe(false);
  }
  // A sample's own variance is a kernel of its own in any case: it stays as it is written.
  const own = simplified((g, input) => {
    const x = input('x', dims(N, 6));
    const distance = g.sub(x, g.op('mean', [x], { axes: [1], keepdim: true }));
    return g.op('mean', [g.mul(distance, distance)], { axes: [1], keepdim: false });
  });
  expect(own.join('\n')).not.toContain('slice(');
});

test('a sum of multiples is made of sums that are there; distances from a mean add up to nothing', () => {
  const channels = (g: GraphBuilder, value: Value): Value => g.broadcastTo(g.reshape(value, dims(4, 1)), dims(N, 4, 6));
  const sums = (factor: (g: GraphBuilder, x: Value, scale: Value) => Value): string[] =>
    simplified((g, input) => {
      const [x, dy, scale] = [input('x', dims(N, 4, 6)), input('dy', dims(N, 4, 6)), input('scale', dims(4))];
      const known = g.sum(dy, [0, 2]);
      return g.add(
        known,
        g.sum(g.sub(g.mul(dy, channels(g, scale)), g.div(factor(g, x, scale), channels(g, scale))), [0, 2]),
      );
    });
  const zero = sums((g, x) => centred(g, x));
  expect(zero.filter((line) => line.includes('sum('))).toEqual(['%2 = sum(dy) {axes=[0, 2], keepdim=false}']);
  expect(zero.some((line) => line.includes('mean('))).toBe(false);
  // An axis of size 1 may be summed or not.
  const single = simplified((g, input) => {
    const x = input('x', dims(N, 4, 1));
    const mean = g.op('mean', [x], { axes: [0, 2], keepdim: false });
    return g.sum(g.sub(x, g.broadcastTo(g.reshape(mean, dims(4, 1)), x.type.shape)), [0]);
  });
  expect(single).toEqual(['result y = 0']);
  // Not the mean of the summed axes, a factor that changes along them, a sum that nobody has made.
  const otherMean = sums((g, x) => g.sub(x, g.op('mean', [x], { axes: [0], keepdim: true })));
  const changing = sums((g, x) => g.mul(x, centred(g, x)));
  const unknown = sums((_, x) => x);
  for (const lines of [otherMean, changing, unknown]) {
    expect(lines.filter((line) => line.includes('sum(')).length).toBe(2);
  }
});

test('equal nodes are one, and what nobody needs is gone', () => {
  const build = (g: GraphBuilder, input: (name: string, shape: Dim[]) => Value): Value => {
    const [x, weight] = [input('x', dims(N, 1, 4, 4)), input('w', dims(2, 1, 3, 3))];
    g.scalar('exp', x);
    return g.add(g.op('conv2d', [x, weight], conv), g.op('conv2d', [x, weight], { ...conv }));
  };
  expect(simplified(build)).toHaveLength(3);
});

test('random graphs keep their values', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomNumbers(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
    const g = new GraphBuilder('random');
    const shape = dims(N, 3);
    const values: Value[] = [
      g.input('a', { element: 'f32', shape }),
      g.input('b', { element: 'f32', shape: dims(3) }),
      ...[0, 1, -1, 2].map((value) => g.constant(value)),
    ];
    const matrix = (): Value => g.broadcastTo(pick(values.filter((v) => v.type.shape.length < 3)), shape);
    for (let i = 0; i < 12; i++) {
      const [x, y, m] = [pick(values), pick(values), matrix()];
      values.push(
        pick<() => Value>([
          () => g.add(x, y),
          () => g.sub(x, y),
          () => g.mul(x, y),
          () => g.neg(x),
          () => g.where(g.scalar(pick(['gt', 'le', 'eq'] as const), x, y), g.constant(1), g.constant(0)),
          () => g.where(g.scalar('lt', x, y), g.constant(0), g.constant(1)),
          () => g.where(g.scalar('lt', x, y), x, y),
          () => g.scalar('relu', x),
          () => g.sum(m, [pick([0, 1])], true),
          () => g.op('amax', [m], { axes: [0], keepdim: true }),
          () => g.op('mean', [m], { axes: [0], keepdim: false }),
          () => g.reshape(g.permute(g.reshape(m, dims(1, N, 3)), [1, 0, 2]), shape),
          () => g.permute(g.op('matmul', [g.permute(m, [1, 0]), matrix()]), [1, 0]),
          () =>
            g.op('slice', [g.op('pad', [m], { before: [0, 1], after: [0, 1], value: 0 })], {
              axis: 1,
              start: 1,
              end: 4,
            }),
        ])(),
      );
      if (
        values[values.length - 1].type.shape.some(
          (d, axis, all) => axis === 0 && all.length === 2 && dim.constant(d) === 3,
        )
      )
        values.pop();
    }
    for (const [i, value] of values.slice(6).entries()) g.output('result', `y${i}`, value);
    const before = g.finish();
    const after = runPasses(before);
    verifyGraph(after, 'the passes');
    const bindings = randomBindings([before], { N: 2 }, seed);
    const [expected, found] = [interpret(before, bindings), interpret(after, bindings)];
    for (const [i, value] of found.entries()) {
      expect(difference(value, expected[i]), `seed ${seed}, y${i}\n${printGraph(before)}`).toBeLessThan(1e-9);
    }
    expect(after.nodes.length).toBeLessThanOrEqual(before.nodes.length * 2);
  }
});
