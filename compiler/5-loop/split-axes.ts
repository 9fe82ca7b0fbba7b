/**
 * Splits loop variables where their index expressions divide by constants: an axis k of 1152 that is read as
 * (k / 9, k % 9 / 3, k % 3) becomes three axes of 128, 3 and 3, and every index is affine again. So a flatten costs
 * nothing, whatever the layouts on its two sides.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { toAffine } from './affine.ts';
import { type Kernel, mapStores } from './kernel.ts';
import { simplify } from './simplify.ts';
import { axisExpr, forEachNode, intExpr, rewriter, substituteAxes } from './walk.ts';

/** The divisors by which some expression takes an axis apart, ascending. */
function divisorsOf(exprs: readonly Expr[], axis: Axis): number[] {
  const found = new Set<number>();
  forEachNode(exprs, (expr) => {
    if (expr.kind !== 'apply' || (expr.fn !== 'idiv' && expr.fn !== 'imod')) return;
    const by = expr.args[1];
    if (by.kind !== 'const') return;
    for (const { coefficient, atom } of toAffine(expr.args[0]).terms.values()) {
      if (atom.kind !== 'axis' || atom.axis.id !== axis.id) continue;
      if (by.value % coefficient === 0) found.add(Math.abs(by.value / coefficient));
    }
  });
  return [...found].sort((a, b) => a - b);
}

/** The extents of the pieces, outermost first; undefined where the divisors don't nest into the axis. */
function pieces(extent: number, divisors: readonly number[]): number[] | undefined {
  const chain = divisors.filter((d) => d > 1 && d < extent);
  if (chain.length === 0) return undefined;
  const bounds = [1, ...chain, extent];
  const sizes: number[] = [];
  for (let i = 1; i < bounds.length; i++) {
    if (bounds[i] % bounds[i - 1] !== 0) return undefined;
    sizes.unshift(bounds[i] / bounds[i - 1]);
  }
  return sizes;
}

/** An axis as a mixed-radix number of new axes, outermost first, and its value in terms of them. */
export function splitAxis(axis: Axis, sizes: readonly number[]): { axes: Axis[]; value: Expr } {
  const axes = sizes.map((size, i) => ({ id: `${axis.id}_${i}`, extent: dim.int(size) }));
  const value = axes.map(axisExpr).reduce((sum, part, i) => ({
    kind: 'apply',
    type: 'i32',
    fn: 'add',
    args: [{ kind: 'apply', type: 'i32', fn: 'mul', args: [sum, intExpr(sizes[i])] }, part],
  }));
  return { axes, value };
}

function splitOne(axis: Axis, exprs: readonly Expr[]): { axes: Axis[]; value: Expr } | undefined {
  const extent = dim.constant(axis.extent);
  if (extent === undefined) return undefined;
  const sizes = pieces(extent, divisorsOf(exprs, axis));
  return sizes && splitAxis(axis, sizes);
}

/** Splits the axes that reductions inside the expression bind. */
function splitReductions(expr: Expr): Expr {
  return rewriter((e) => {
    if (e.kind !== 'reduce') return e;
    const replacements = new Map<string, Expr>();
    const axes = e.axes.flatMap((axis) => {
      const split = splitOne(axis, [e.body]);
      if (split) replacements.set(axis.id, split.value);
      return split ? split.axes : [axis];
    });
    return { ...e, axes, body: simplify(substituteAxes(e.body, replacements)) };
  })(expr);
}

/** Splits parallel axes and reduction axes of a nest given as its axes and the expressions inside them. */
export function splitAxes(axes: readonly Axis[], exprs: readonly Expr[]): { axes: Axis[]; exprs: Expr[] } {
  const replacements = new Map<string, Expr>();
  const next = axes.flatMap((axis) => {
    const split = splitOne(axis, exprs);
    if (split) replacements.set(axis.id, split.value);
    return split ? split.axes : [axis];
  });
  return { axes: next, exprs: exprs.map((e) => splitReductions(simplify(substituteAxes(e, replacements)))) };
}

/** How many elements of a flat vector one work item covers. */
const CHUNK = 256;

/** A nest over one long vector (an optimizer's) becomes a nest over chunks of it. */
export function splitLongAxis(kernel: Kernel): Kernel {
  const [axis, ...others] = kernel.axes;
  const extent = axis && dim.constant(axis.extent);
  if (extent === undefined || others.length > 0 || extent % CHUNK !== 0 || extent === CHUNK) return kernel;
  return splitParallel(kernel, axis, [extent / CHUNK, CHUNK]);
}

/** The nest with one of its axes as several. */
export function splitParallel(kernel: Kernel, axis: Axis, sizes: readonly number[]): Kernel {
  const { axes, value } = splitAxis(axis, sizes);
  const replace = (expr: Expr): Expr => simplify(substituteAxes(expr, new Map([[axis.id, value]])));
  return {
    ...kernel,
    axes: kernel.axes.flatMap((each) => (each === axis ? axes : [each])),
    stores: mapStores(kernel.stores, replace),
  };
}
