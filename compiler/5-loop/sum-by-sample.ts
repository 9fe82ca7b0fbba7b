/**
 * Long sums over the batch, sample by sample: what one sample gives is added up by itself, then added to the total. A single
 * accumulator loses a little at each of its many additions; two in turn lose about the root of it (blocked summation: Higham
 * 1993, "The accuracy of floating point summation"). A large sample's rows have one each as well. For sums that
 * `accumulate.ts` does not take apart already.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import type { Kernel } from './kernel.ts';
import { children, rewriter } from './walk.ts';

/** Fewer summands a sample aren't worth an accumulator. */
const LEAST = 16;

/** From so many summands a sample on each of its rows is added up by itself. */
const LONG = 512;

/** The kernel itself where none of its sums is long. */
export function sumBySample(kernel: Kernel): Kernel {
  const nest = rewriter(nested);
  const values = kernel.stores.map(({ value }) => nest(value));
  if (kernel.stores.every(({ value }, i) => value === values[i])) return kernel;
  return { ...kernel, stores: kernel.stores.map((store, i) => ({ ...store, value: values[i] })) };
}

function nested(expr: Expr): Expr {
  if (expr.kind !== 'reduce' || expr.combine !== 'sum' || expr.type !== 'f32' || holdsReduction(expr.body)) return expr;
  const batch = expr.axes.filter(({ extent }) => dim.constant(extent) === undefined);
  const within = expr.axes.filter((axis) => !batch.includes(axis));
  if (batch.length === 0 || lengthOf(within) < LEAST) return expr;
  const [rows, ...columns] = within;
  const inSample: Expr =
    lengthOf(within) >= LONG && lengthOf(columns) >= LEAST
      ? { ...expr, axes: [rows], body: { ...expr, axes: columns } }
      : { ...expr, axes: within };
  return { ...expr, axes: batch, body: inSample };
}

const lengthOf = (axes: readonly Axis[]): number =>
  axes.reduce((product, { extent }) => product * (dim.constant(extent) ?? 0), 1);

const holdsReduction = (expr: Expr): boolean => expr.kind === 'reduce' || children(expr).some(holdsReduction);
