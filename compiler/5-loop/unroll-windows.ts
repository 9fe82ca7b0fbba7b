/**
 * Folds of few elements that are sums themselves (pooling in the kernel of a convolution) written out: `max(s[0], s[1])`
 * for a reduction over sums. The sums run over the same axes and so share one loop, which makes the window a register tile.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { apply } from '../ops/lowering.ts';
import type { Kernel } from './kernel.ts';
import { simplify } from './simplify.ts';
import {
  axesOf,
  axisExpr,
  children,
  containsReduction,
  intExpr,
  keyOf,
  rewriter,
  substituteAxes,
  withChildren,
} from './walk.ts';

type Reduce = Extract<Expr, { kind: 'reduce' }>;

/** Writes out every reduction over reductions whose extents are known. Equal sums of all the stores become one. */
export function unrollWindows(kernel: Kernel): Kernel {
  const unroll = rewriter((e) => (e.kind === 'reduce' && containsReduction(e.body) ? (unrolled(e) ?? e) : e));
  const values = kernel.stores.map(({ value }) => unroll(value));
  if (values.every((value, i) => value === kernel.stores[i].value)) return kernel;
  const shared = shareSums(values);
  return { ...kernel, stores: kernel.stores.map((store, i) => ({ ...store, value: shared[i] })) };
}

function unrolled({ combine, axes, body }: Reduce): Expr | undefined {
  const positions = positionsOf(axes);
  if (positions === undefined) return undefined;
  const [first, ...others] = positions.map((at) => unguarded(simplify(substituteAxes(body, at))));
  const fn = combine === 'sum' ? 'add' : combine === 'min' ? 'min' : 'max';
  let best = first;
  let index: Expr = intExpr(0);
  for (const [i, x] of others.entries()) {
    if (combine === 'argmax') index = apply('select', keepsBest(best, x), index, intExpr(i + 1));
    best = apply(fn, best, x);
  }
  return combine === 'argmax' ? index : best;
}

/** As `Combine` has it: the first of the largest wins, and the first NaN over all. */
export const keepsBest = (best: Expr, x: Expr): Expr => apply('or', apply('le', x, best), apply('ne', best, best));

/** Every value of the axes in row-major order; undefined where an extent is not known. */
function positionsOf(axes: readonly Axis[]): Map<string, Expr>[] | undefined {
  let all = [new Map<string, Expr>()];
  for (const { id, extent } of axes) {
    const count = dim.constant(extent);
    if (count === undefined) return undefined;
    all = all.flatMap((at) => Array.from({ length: count }, (_, i) => new Map([...at, [id, intExpr(i)]])));
  }
  return all;
}

/** Sums don't stand behind guards: a guard around one becomes a choice, and its condition one of every summand. */
function unguarded(element: Expr): Expr {
  return rewriter((e) => {
    if (e.kind !== 'guard' || !(containsReduction(e.value) || containsReduction(e.otherwise))) return e;
    const { condition, value, otherwise } = e;
    const not = apply('not', condition);
    return apply('select', condition, protectedBy(condition, value), protectedBy(not, otherwise));
  })(element);
}

/** An expression that may be computed where the condition is false: it reads nothing then. */
function protectedBy(condition: Expr, expr: Expr): Expr {
  const guard = (value: Expr): Expr => {
    const otherwise: Expr = { kind: 'const', type: value.type, value: 0 };
    return { kind: 'guard', type: value.type, condition, value, otherwise };
  };
  if (expr.kind === 'reduce') return { ...expr, body: guard(expr.body) };
  if (expr.kind !== 'load') {
    return withChildren(
      expr,
      children(expr).map((child) => protectedBy(condition, child)),
    );
  }
  // What shares no variable with the condition is in range whatever the condition says.
  return [...axesOf(expr)].some((id) => axesOf(condition).has(id)) ? guard(expr) : expr;
}

/** Sums that differ in their variables' names alone become one. */
function shareSums(exprs: readonly Expr[]): Expr[] {
  const known = new Map<string, Expr>();
  const share = rewriter((e) => {
    if (e.kind !== 'reduce') return e;
    const names = e.axes.map(({ id, extent }, i): [string, Expr] => [id, axisExpr({ id: `#${i}`, extent })]);
    const extents = e.axes.map(({ extent }) => dim.show(extent)).join(',');
    const key = `${e.combine}[${extents}](${keyOf(substituteAxes(e.body, new Map(names)))})`;
    const same = known.get(key) ?? e;
    known.set(key, same);
    return same;
  });
  return exprs.map(share);
}
