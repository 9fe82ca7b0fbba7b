/**
 * Gradients of pooling in gather form: each element sums over the windows that cover it. Where windows do not overlap
 * at most one does, and no loop remains.
 */
import { type Dim, dim } from '../dim/dim.ts';
import { dimsOf, flagOf } from './attributes.ts';
import type { Expr } from './expr.ts';
import { sameShape, showShape } from './infer.ts';
import { inferPool } from './max-pool2d.ts';
import type { Lowering, OpBuilder, ShapeProblem, Value } from './primitive.ts';
import type { Attributes, TensorType } from './types.ts';
import { coverage, coveringWindow, windowsOf } from './window.ts';

/** A window that covers an element, and the position inside it at which it does. */
export interface Covering {
  readonly window: readonly [row: Expr, column: Expr];
  readonly tap: readonly [row: Expr, column: Expr];
}

/** [N, C, OH, OW] -> [N, C, H, W], H and W being the attribute `size`. */
export function inferPoolGradient(what: string, dy: TensorType, attributes: Attributes): TensorType | ShapeProblem {
  const { size: _, ...pooling } = attributes;
  const type: TensorType = { element: 'f32', shape: [...dy.shape.slice(0, 2), ...dimsOf(attributes, 'size')] };
  const pooled = inferPool(what, [type], pooling);
  if ('problem' in pooled) return pooled;
  if (sameShape(pooled.shape, dy.shape)) return type;
  const problem = `the gradient is ${showShape(dy.shape)}, but the pooled image is ${showShape(pooled.shape)}`;
  return { problem, input: 0 };
}

/** Sums `part` over the windows that cover the element (h, w). */
export function gatherWindows(
  l: Lowering,
  dy: TensorType,
  node: { readonly type: TensorType; readonly attributes: Attributes },
  [h, w]: readonly [Expr, Expr],
  part: (covering: Covering) => Expr,
): Expr {
  const [rows, columns] = windowsOf(node.attributes);
  const body = (i: Expr, j: Expr): Expr => {
    const row = coveringWindow(l, rows, h, i, node.type.shape[2], dy.shape[2]);
    const column = coveringWindow(l, columns, w, j, node.type.shape[3], dy.shape[3]);
    const value = part({ window: [row.index, column.index], tap: [row.tap, column.tap] });
    return l.guard(l.all(...row.conditions, ...column.conditions), value, l.float(0));
  };
  const counts = [coverage(rows), coverage(columns)];
  if (counts.every((count) => count === 1)) return body(l.int(0), l.int(0));
  return l.reduce('sum', counts.map(dim.int), body);
}

/**
 * The windows' values spread over the elements of each, by views alone, 0 where there is no window; undefined unless the
 * windows lie side by side from the image's first element on.
 */
export function spreadWindows(
  g: OpBuilder,
  y: Value,
  attributes: Attributes,
  image: readonly Dim[],
): Value | undefined {
  const windows = windowsOf(attributes);
  const [batch, channels, ...counts] = y.type.shape;
  const rest = windows.map(({ kernel }, i) => dim.constant(dim.sub(image[2 + i], dim.mul(counts[i], dim.int(kernel)))));
  const sideBySide = windows.every(({ kernel, stride, padding }) => kernel === stride && padding === 0);
  if (!sideBySide || !rest.every((size) => size !== undefined && size >= 0)) return undefined;
  const apart = windows.flatMap((_, i) => [counts[i], dim.int(1)]);
  const repeated = windows.flatMap(({ kernel }, i) => [counts[i], dim.int(kernel)]);
  const joined = windows.map(({ kernel }, i) => dim.mul(counts[i], dim.int(kernel)));
  const wide = g.broadcastTo(g.reshape(y, [batch, channels, ...apart]), [batch, channels, ...repeated]);
  const spread = g.reshape(wide, [batch, channels, ...joined]);
  if (rest.every((size) => size === 0)) return spread;
  const before = image.map(() => dim.int(0));
  return g.op('pad', [spread], {
    before,
    after: [dim.int(0), dim.int(0), ...rest.map((size) => dim.int(size ?? 0))],
    value: 0,
  });
}

/** Calls `visit` for every element of every window that lies inside the image: plain loops for the references. */
export function forEachTap(
  image: readonly number[],
  pooled: readonly number[],
  attributes: Attributes,
  visit: (window: readonly number[], element: readonly number[], tap: number) => void,
): void {
  const [rows, columns] = windowsOf(attributes);
  const [batch, channels, height, width] = image;
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let oh = 0; oh < pooled[2]; oh++)
        for (let ow = 0; ow < pooled[3]; ow++)
          for (let i = 0; i < rows.kernel; i++)
            for (let j = 0; j < columns.kernel; j++) {
              const h = oh * rows.stride + i - rows.padding;
              const w = ow * columns.stride + j - columns.padding;
              if (h < 0 || h >= height || w < 0 || w >= width) continue;
              visit([n, c, oh, ow], [n, c, h, w], i * columns.kernel + j);
            }
}

/** How many elements average pooling divides by at a window, padding counting, what sticks out beyond it not. */
export function divisor(l: Lowering, attributes: Attributes, image: TensorType, window: readonly [Expr, Expr]): Expr {
  const extents = windowsOf(attributes).map((w, axis): Expr => {
    if (!flagOf(attributes, 'ceil')) return l.int(w.kernel);
    const start = l.mul(window[axis], l.int(w.stride));
    const left = l.sub(l.size(dim.add(image.shape[2 + axis], dim.int(2 * w.padding))), start);
    return l.apply('select', l.apply('lt', left, l.int(w.kernel)), left, l.int(w.kernel));
  });
  return l.apply('to_f32', l.mul(extents[0], extents[1]));
}

export function referenceDivisor(attributes: Attributes, image: readonly number[], window: readonly number[]): number {
  const [rows, columns] = windowsOf(attributes).map((w, axis) =>
    Math.min(w.kernel, image[2 + axis] + 2 * w.padding - window[axis] * w.stride),
  );
  return rows * columns;
}
