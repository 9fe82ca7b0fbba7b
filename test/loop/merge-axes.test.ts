/** Loop variables that step through memory as one are joined, others are not; the nest computes the same. */
import { expect, test } from 'vitest';
import { affineAddress, reductionsIn, tensorOf } from '../../compiler/5-loop/address.ts';
import { coefficientOf } from '../../compiler/5-loop/affine.ts';
import { interpret } from '../../compiler/5-loop/interpret.ts';
import { type Kernel, type Layout, type Tensor, verifyKernel } from '../../compiler/5-loop/kernel.ts';
import { parameterLayout, rowMajor } from '../../compiler/5-loop/layout.ts';
import { mergeAxes } from '../../compiler/5-loop/merge-axes.ts';
import { axisExpr, intExpr } from '../../compiler/5-loop/walk.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Axis, Expr } from '../../compiler/ops/expr.ts';
import { apply } from '../../compiler/ops/lowering.ts';

const axis = (id: string, extent: number): Axis => ({ id, extent: dim.int(extent) });
const shape = (...sizes: number[]) => sizes.map(dim.int);
const tensor = (id: number, sizes: readonly number[], layout: Layout = rowMajor(shape(...sizes))): Tensor => ({
  id,
  name: `t${id}`,
  element: 'f32',
  shape: shape(...sizes),
  layout,
  place: { kind: 'scratch' },
});
const load = (id: number, ...indices: Expr[]): Expr => ({ kind: 'load', type: 'f32', tensor: id, indices });
const sumOver = (axes: readonly Axis[], body: Expr): Expr => ({
  kind: 'reduce',
  type: 'f32',
  combine: 'sum',
  axes,
  body,
});
const extents = (axes: readonly Axis[]): (number | undefined)[] => axes.map(({ extent }) => dim.constant(extent));

/** y[h, w, c] = sum of x[h + kh, w + kw, ci] * weight[c, ci, kh, kw], images as NHWC. */
const [H, W, IN, OUT] = [4, 5, 6, 3];
const [h, w, c, kh, kw, ci] = [
  axis('h', H),
  axis('w', W),
  axis('c', OUT),
  axis('kh', 3),
  axis('kw', 3),
  axis('ci', IN),
];
const tensors = new Map(
  [
    tensor(0, [H + 2, W + 2, IN]),
    tensor(1, [OUT, IN, 3, 3], parameterLayout(shape(OUT, IN, 3, 3), 0)),
    tensor(2, [H, W, OUT]),
    tensor(3, [OUT, IN, 3, 3], parameterLayout(shape(OUT, IN, 3, 3), 0)),
    tensor(4, [H, W, OUT]),
  ].map((each) => [each.id, each]),
);
const image = load(0, apply('add', axisExpr(h), axisExpr(kh)), apply('add', axisExpr(w), axisExpr(kw)), axisExpr(ci));
const weightAt = [axisExpr(c), axisExpr(ci), axisExpr(kh), axisExpr(kw)];
const forward: Kernel = {
  label: 'forward',
  axes: [c, h, w],
  stores: [
    {
      tensor: 2,
      indices: [axisExpr(h), axisExpr(w), axisExpr(c)],
      value: sumOver([kh, kw, ci], apply('mul', image, load(1, ...weightAt))),
    },
  ],
};
const weightGradient: Kernel = {
  label: 'weight gradient',
  axes: [c, ci, kh, kw],
  stores: [
    {
      tensor: 3,
      indices: weightAt,
      value: sumOver([h, w], apply('mul', image, load(2, axisExpr(h), axisExpr(w), axisExpr(c)))),
    },
  ],
};

function valuesOf(kernel: Kernel, written: number): number[] {
  verifyKernel(kernel, tensors);
  const memory = new Map(
    [...tensors].map(([id, { shape }]) => {
      const size = shape.reduce((product, extent) => product * (dim.constant(extent) ?? 0), 1);
      return [id, Float64Array.from({ length: size }, (_, i) => (i * 37) % 11)];
    }),
  );
  interpret({ name: 'test', kernels: [kernel], tensors }, memory, { dims: {}, uniforms: {} });
  return [...(memory.get(written) ?? [])];
}

test('a row of a filter is one run over positions and channels', () => {
  const merged = mergeAxes(forward, tensors);
  const [reduction] = reductionsIn(merged);
  expect(extents(reduction.axes)).toEqual([3, 3 * IN]);
  // Output positions and features do not lie one after the other in the image.
  expect(extents(merged.axes)).toEqual([OUT, H, W]);
  expect(valuesOf(merged, 2)).toEqual(valuesOf(forward, 2));
});

test('so are the rows of a weight gradient', () => {
  const merged = mergeAxes(weightGradient, tensors);
  expect(extents(merged.axes)).toEqual([OUT, 3, 3 * IN]);
  const [, , run] = merged.axes;
  const [store] = merged.stores;
  expect(coefficientOf(affineAddress(tensorOf(tensors, 3), store.indices), run.id)).toBe(OUT);
  expect(valuesOf(merged, 3)).toEqual(valuesOf(weightGradient, 3));
});

const elementwise = (value: (at: Expr) => Expr): Kernel => {
  const at = [axisExpr(h), axisExpr(w), axisExpr(c)];
  return {
    label: 'elementwise',
    axes: [h, c, w],
    stores: [{ tensor: 4, indices: at, value: value(load(2, ...at)) }],
  };
};

test('an elementwise nest is one loop', () => {
  const kernel = elementwise((x) => apply('mul', x, x));
  const merged = mergeAxes(kernel, tensors);
  expect(extents(merged.axes)).toEqual([H * W * OUT]);
  expect(valuesOf(merged, 4)).toEqual(valuesOf(kernel, 4));
});

test('a variable that a condition asks stays', () => {
  const zero: Expr = { kind: 'const', type: 'f32', value: 0 };
  const condition = apply('lt', axisExpr(w), intExpr(2));
  const kernel = elementwise((value) => ({ kind: 'guard', type: 'f32', condition, value, otherwise: zero }));
  expect(extents(mergeAxes(kernel, tensors).axes)).toEqual([H, OUT, W]);
});

test('variables of a maximum with its position stay', () => {
  const best: Expr = { kind: 'reduce', type: 'i32', combine: 'argmax', axes: [kh, kw], body: image };
  const kernel: Kernel = {
    label: 'position',
    axes: [h, w, ci],
    stores: [{ tensor: 2, indices: [axisExpr(h), axisExpr(w), intExpr(0)], value: best }],
  };
  expect(extents(reductionsIn(mergeAxes(kernel, tensors))[0].axes)).toEqual([3, 3]);
});
