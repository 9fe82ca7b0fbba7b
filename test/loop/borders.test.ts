/**
 * Images with borders on the CPU: loops that end where the image does, tiles of several places that reach over its edge, and
 * the ways of few samples and of enough. Their values are the interpreter's.
 */
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { boundOf, strongest } from '../../compiler/5-loop/bounds.ts';
import { axisExpr, intExpr, keyOf } from '../../compiler/5-loop/walk.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Axis, Expr } from '../../compiler/ops/expr.ts';
import { apply } from '../../compiler/ops/lowering.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import { arenaOf, buildModule, lowerVerified } from '../fuzz/build.ts';
import { agreesEverywhere, graphOf, type Maker, N, sizes, withDevices } from './support.ts';

const devices = withDevices([]);

interface Shape {
  readonly image: readonly number[];
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

const shapes: readonly (readonly [string, Shape])[] = [
  ['the first layer of ResNet', { image: [3, 15, 17], outputs: 8, kernel: 7, stride: 2, padding: 3 }],
  ['one channel', { image: [1, 14, 14], outputs: 8, kernel: 7, stride: 2, padding: 3 }],
  ['every second place', { image: [8, 7, 9], outputs: 16, kernel: 3, stride: 2, padding: 1 }],
  ['a border wider than the image', { image: [4, 3, 3], outputs: 8, kernel: 5, stride: 1, padding: 4 }],
  ['two places', { image: [12, 2, 2], outputs: 8, kernel: 3, stride: 1, padding: 1 }],
  ['no border', { image: [4, 9, 9], outputs: 8, kernel: 1, stride: 1, padding: 0 }],
];

function conv(g: Maker, { image, outputs, kernel, stride, padding }: Shape): { x: Value; weight: Value; y: Value } {
  const x = g.input('x', { element: 'f32', shape: sizes(N, ...image) });
  const weight = g.parameter('w', { element: 'f32', shape: sizes(outputs, image[0], kernel, kernel) });
  const pair = (value: number) => [value, value];
  const attributes = { stride: pair(stride), padding: pair(padding), dilation: [1, 1], groups: 1 };
  return { x, weight, y: g.op('conv2d', [x, weight], attributes) };
}

/** Behind a second convolution, so that the first one's results are the compiler's own to lay out. */
const between = (shape: Shape): Graph =>
  graphOf((g) => {
    const weight = g.parameter('w2', { element: 'f32', shape: sizes(4, shape.outputs, 1, 1) });
    const attributes = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
    g.output('result', 'y', g.op('conv2d', [g.scalar('relu', conv(g, shape).y), weight], attributes));
  });

describe.each(shapes)('%s', (_name, shape) => {
  // As many as a tile has, one more, one less; blocks of eight samples, and what is left of them.
  const batches = [1, 2, 4, 5, 6, 8, 9, 17];

  test('forward', async () => {
    await agreesEverywhere(devices, between(shape), batches);
  });

  test('the gradient of the weights', async () => {
    const graph = graphOf((g) => {
      const { y, weight } = conv(g, shape);
      g.output('result', 'dw', g.gradientOf(y, weight));
    });
    await agreesEverywhere(devices, graph, batches);
  });

  test('the gradient of the image', async () => {
    const graph = graphOf((g) => {
      const { x, y } = conv(g, shape);
      g.output('result', 'dx', g.gradientOf(y, x));
    });
    await agreesEverywhere(devices, graph, batches);
  });
});

test('few samples have a function of their own, which takes the batches that the other does not', () => {
  const graph = between(shapes[0][1]);
  const arena = arenaOf([graph]);
  const { kernels } = buildModule([lowerVerified(graph, arena)], arena).spec;
  const parts = kernels.flatMap(({ parts }) => parts).filter(({ label }) => label.includes('relu'));
  expect(parts.map(({ least, below }) => [least, below])).toEqual([
    [5, 0],
    [1, 5],
  ]);
});

describe('bounds', () => {
  const i: Axis = { id: 'i', extent: dim.int(20) };
  const j: Axis = { id: 'j', extent: dim.int(20) };
  const sum = (a: Expr, b: Expr): Expr => apply('add', a, b);
  const minus = (a: Expr, b: Expr): Expr => apply('sub', a, b);
  const [at, other] = [axisExpr(i), axisExpr(j)];
  /** The steps that a bound leaves, for each place of the other axis. */
  const valueAt = (expr: Expr, axes: Readonly<Record<string, number>>): number => {
    if (expr.kind === 'const') return expr.value;
    if (expr.kind === 'axis') return axes[expr.axis.id] ?? Number.NaN;
    if (expr.kind !== 'apply') throw new Error(`no ${expr.kind} is expected`);
    const [a, b] = expr.args.map((arg) => valueAt(arg, axes));
    const results: Readonly<Record<string, number>> = {
      add: a + b,
      sub: a - b,
      mul: a * b,
      lt: +(a < b),
      ge: +(a >= b),
    };
    return results[expr.fn] ?? Number.NaN;
  };

  test.each([
    ['i + 2 j < 9', apply('lt', sum(at, apply('mul', other, intExpr(2))), intExpr(9))],
    ['i - j >= 3', apply('ge', minus(at, other), intExpr(3))],
    ['j - i < 2', apply('lt', minus(other, at), intExpr(2))],
    ['7 - i >= j', apply('ge', minus(intExpr(7), at), other)],
  ])('%s', (_text, condition) => {
    const bound = boundOf(condition, i, []);
    if (!bound) throw new Error('it is a bound');
    for (let k = 0; k < 20; k++) {
      const edge = valueAt(bound.at, { j: k });
      for (let step = 0; step < 20; step++)
        expect(bound.end ? step < edge : step >= edge).toBe(valueAt(condition, { i: step, j: k }) === 1);
    }
    expect(boundOf(condition, i, [j])).toBeUndefined();
  });

  test('no bounds: every second step, and what memory says', () => {
    expect(boundOf(apply('lt', apply('mul', at, intExpr(2)), intExpr(9)), i, [])).toBeUndefined();
    const load: Expr = { kind: 'load', type: 'i32', tensor: 0, indices: [at] };
    expect(boundOf(apply('lt', load, intExpr(9)), i, [])).toBeUndefined();
    expect(boundOf(apply('eq', at, intExpr(9)), i, [])).toBeUndefined();
  });

  test('of neighbours the outermost implies the others', () => {
    const below = (by: number): Expr => apply('lt', sum(at, intExpr(by)), intExpr(9));
    const least = (by: number): Expr => apply('ge', sum(at, intExpr(by)), intExpr(0));
    const elsewhere = apply('lt', sum(other, intExpr(1)), intExpr(9));
    const found = strongest([below(0), least(-3), below(2), elsewhere, least(-1), below(1), below(2)]);
    expect(found.map(keyOf).sort()).toEqual([below(2), least(-3), elsewhere].map(keyOf).sort());
  });
});
