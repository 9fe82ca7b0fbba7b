/**
 * How often a nest computes each of its values for a batch of a given size: once for each element of the nest, in a reduction
 * once for each summand unless it stays the same there. What a schedule keeps in registers plays no part.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { shareOf } from './guard-share.ts';
import { type Kernel, mapStores } from './kernel.ts';
import { valueAt } from './typical.ts';
import { axesOf, axisExpr, children, intExpr, keyOf, rewriter, substituteAxes } from './walk.ts';

export type Reduce = Extract<Expr, { kind: 'reduce' }>;

export interface Evaluation {
  readonly expr: Expr;
  readonly times: number;
  /** In how many of these, as a share, the guards around it hold, at most. */
  readonly share: number;
  /** Its value changes inside a reduction. */
  readonly summand: boolean;
}

/** A nest with numbers for all sizes, and the number of values that each of its loop variables takes. */
export interface NumberedNest {
  readonly kernel: Kernel;
  readonly extents: ReadonlyMap<string, number>;
}

/**
 * Reductions' variables are called by their place, so that loops which differ in their variables' names alone are one, as a
 * window's maximum and its position are.
 */
export function atBatch(kernel: Kernel, batch: number): NumberedNest {
  const fixed = (size: Dim): Dim => dim.int(valueAt(size, batch));
  const extents = new Map<string, number>();
  const fix = (axis: Axis): Axis => ({ ...axis, extent: fixed(axis.extent) });
  const keep = (axis: Axis): Axis => {
    extents.set(axis.id, axis.mean ?? dim.constant(axis.extent) ?? 1);
    return axis;
  };
  const rewrite = rewriter((expr) => {
    if (expr.kind === 'axis') return { ...expr, axis: fix(expr.axis) };
    if (expr.kind === 'size') return intExpr(valueAt(expr.dim, batch));
    if (expr.kind !== 'reduce') return expr;
    const reduce = renamed({ ...expr, axes: expr.axes.map(fix) });
    reduce.axes.forEach(keep);
    return reduce;
  });
  const axes = kernel.axes.map((axis) => keep(fix(axis)));
  return { kernel: { ...kernel, axes, stores: mapStores(kernel.stores, rewrite) }, extents };
}

/** `#1_0x3`: the first variable of an innermost reduction, with its extent. */
function renamed(expr: Reduce): Reduce {
  const height = heightOf(expr);
  const axes = expr.axes.map((axis, i): Axis => ({ ...axis, id: `#${height}_${i}x${dim.show(axis.extent)}` }));
  const names = new Map(expr.axes.map(({ id }, i) => [id, axisExpr(axes[i])]));
  return { ...expr, axes, body: substituteAxes(expr.body, names) };
}

const heights = new WeakMap<Expr, number>();

/** How many reductions an expression has inside one another. */
function heightOf(expr: Expr): number {
  const known = heights.get(expr);
  if (known !== undefined) return known;
  const height = Number(expr.kind === 'reduce') + Math.max(0, ...children(expr).map(heightOf));
  heights.set(expr, height);
  return height;
}

/** Every value of a nest once, also where it occurs several times; what it is made of comes after it. */
export function evaluationsOf({ kernel, extents }: NumberedNest): Evaluation[] {
  const found: Evaluation[] = [];
  const seen = new Set<string>();
  /** Inside `loops`, outermost first: computed in the innermost of them that changes it. */
  const visit = (expr: Expr, loops: readonly (readonly Axis[])[], share: number): void => {
    const key = keyOf(expr);
    if (seen.has(key)) return;
    seen.add(key);
    const free = axesOf(expr);
    const depth = Math.max(
      0,
      loops.findLastIndex((axes) => axes.some(({ id }) => free.has(id))),
    );
    const around = loops.slice(0, depth + 1);
    found.push({ expr, times: pointsOf(around.flat(), extents), share, summand: depth > 0 });
    if (expr.kind === 'guard') {
      const holds = shareOf(expr.condition, extents);
      visit(expr.condition, around, share);
      visit(expr.value, around, share * holds);
      visit(expr.otherwise, around, share * (holds < 1 ? 1 - holds : 1));
      return;
    }
    const inner = expr.kind === 'reduce' ? [...around, expr.axes] : around;
    for (const child of children(expr)) visit(child, inner, share);
  };
  for (const { value } of kernel.stores) visit(value, [kernel.axes], 1);
  return found;
}

/** How many values several loop variables take together. */
export function pointsOf(axes: readonly Axis[], extents: ReadonlyMap<string, number>): number {
  return axes.reduce((product, { id }) => product * (extents.get(id) ?? 1), 1);
}

/** True for a function of f32 that is counted as a FLOP: no choice, no comparison, no conversion. */
export function isArithmetic(expr: Expr): boolean {
  return (
    expr.kind === 'apply' && expr.type === 'f32' && expr.fn !== 'select' && expr.args.some((arg) => arg.type === 'f32')
  );
}
