/**
 * Long sums over the batch, sample by sample: what one sample gives is added up by itself, then added to the total. A single
 * accumulator loses a little at each of its many additions; two in turn lose about the root of it (blocked summation: Higham
 * 1993, "The accuracy of floating point summation"). For sums that `accumulate.ts` does not take apart already.
 */
import { dim } from '../dim/dim.ts';
import type { Expr } from '../ops/expr.ts';
import type { Kernel } from './kernel.ts';
import { children, rewriter } from './walk.ts';

/** Fewer summands a sample aren't worth an accumulator. */
const LEAST = 16;

export function sumBySample(kernel: Kernel): Kernel {
  const nest = rewriter(nested);
  return { ...kernel, stores: kernel.stores.map((store) => ({ ...store, value: nest(store.value) })) };
}

function nested(expr: Expr): Expr {
  if (expr.kind !== 'reduce' || expr.combine !== 'sum' || expr.type !== 'f32' || holdsReduction(expr.body)) return expr;
  const batch = expr.axes.filter(({ extent }) => dim.constant(extent) === undefined);
  const within = expr.axes.filter((axis) => !batch.includes(axis));
  const each = within.reduce((product, { extent }) => product * (dim.constant(extent) ?? 0), 1);
  if (batch.length === 0 || each < LEAST) return expr;
  return { ...expr, axes: batch, body: { ...expr, axes: within } };
}

const holdsReduction = (expr: Expr): boolean => expr.kind === 'reduce' || children(expr).some(holdsReduction);
