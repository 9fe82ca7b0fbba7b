/**
 * Cache blocking for long sums over the batch (weight gradients): instead of summing over all samples for one tile of
 * the result after the other, goes through the samples once, adding each one's part to every tile. One sample's
 * activations stay in the first-level cache; whole batches of them don't. The order of summation is fixed.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import type { Kernel } from './kernel.ts';
import { axisExpr, intExpr } from './walk.ts';

/** Below this many summands a sample, adding to memory costs more than the cache saves. */
const WORTHWHILE = 64;

export interface Accumulating {
  readonly kernel: Kernel;
  /** Runs around all work items; each pass adds to what the last one stored. */
  readonly outer: Axis;
}

export function accumulateOverBatch(kernel: Kernel): Accumulating | undefined {
  const [store, ...others] = kernel.stores;
  if (others.length > 0 || store.value.kind !== 'reduce' || store.value.combine !== 'sum') return undefined;
  if (kernel.axes.some((axis) => dim.constant(axis.extent) === undefined)) return undefined;
  const { axes, body, type } = store.value;
  const outer = axes.find((axis) => dim.constant(axis.extent) === undefined);
  const inner = axes.filter((axis) => axis !== outer);
  const steps = inner.reduce((product, axis) => product * (dim.constant(axis.extent) ?? 0), 1);
  if (!outer || steps < WORTHWHILE) return undefined;
  const sum: Expr = { kind: 'reduce', combine: 'sum', axes: inner, body, type };
  const before: Expr = {
    kind: 'guard',
    type,
    condition: { kind: 'apply', type: 'bool', fn: 'gt', args: [axisExpr(outer), intExpr(0)] },
    value: { kind: 'load', type, tensor: store.tensor, indices: store.indices },
    otherwise: { kind: 'const', type, value: 0 },
  };
  const value: Expr = { kind: 'apply', type, fn: 'add', args: [before, sum] };
  return { kernel: { ...kernel, stores: [{ ...store, value }] }, outer };
}
