/**
 * Cache blocking for long sums over the batch (weight gradients): instead of summing over all samples for one tile of
 * the result after the other, goes through the samples once, adding to every tile what some of them give. A few samples'
 * activations stay in the first-level cache; whole batches of them don't. The order of summation is fixed.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import type { Kernel } from './kernel.ts';
import type { GridAxis } from './tree.ts';
import { axisExpr, intExpr, substituteAxes } from './walk.ts';

/** With fewer summands of a sample than this, adding to memory after each costs more than the cache saves. */
const WORTHWHILE = 32;
/** Samples taken together then: a line or two of each stay in the first-level cache (`layout.ts` sees that they don't collide). */
const TOGETHER = 32;
/** Samples of which each gives fewer summands are not worth it. */
const LEAST = 4;

export interface Accumulating {
  readonly kernel: Kernel;
  /** Runs around all work items; each pass adds to what the last one stored. */
  readonly outer: GridAxis;
}

export function accumulateOverBatch(kernel: Kernel): Accumulating | undefined {
  const [store, ...others] = kernel.stores;
  if (others.length > 0 || store.value.kind !== 'reduce' || store.value.combine !== 'sum') return undefined;
  if (kernel.axes.some((axis) => dim.constant(axis.extent) === undefined)) return undefined;
  const { axes, body, type } = store.value;
  const outer = axes.find((axis) => dim.constant(axis.extent) === undefined);
  const inner = axes.filter((axis) => axis !== outer);
  const steps = inner.reduce((product, axis) => product * (dim.constant(axis.extent) ?? 0), 1);
  if (!outer || steps < LEAST) return undefined;
  const blocks = inBlocks(outer, steps < WORTHWHILE ? TOGETHER : 1);
  const sum: Expr = {
    kind: 'reduce',
    combine: 'sum',
    axes: [...blocks.axes, ...inner],
    body: blocks.within(body),
    type,
  };
  const before: Expr = {
    kind: 'guard',
    type,
    condition: { kind: 'apply', type: 'bool', fn: 'gt', args: [axisExpr(blocks.outer.axis), intExpr(0)] },
    value: { kind: 'load', type, tensor: store.tensor, indices: store.indices },
    otherwise: { kind: 'const', type, value: 0 },
  };
  const value: Expr = { kind: 'apply', type, fn: 'add', args: [before, sum] };
  return { kernel: { ...kernel, stores: [{ ...store, value }] }, outer: blocks.outer };
}

/** The batch in blocks: their number, the axis inside of one, and an expression of the whole axis in terms of both. */
function inBlocks(batch: Axis, size: number) {
  const count: Expr = { kind: 'size', type: 'i32', dim: batch.extent };
  if (size === 1) return { outer: { axis: batch, extent: count }, axes: [], within: (expr: Expr): Expr => expr };
  const apply = (fn: 'add' | 'mul' | 'idiv', a: Expr, b: Expr): Expr => ({
    kind: 'apply',
    type: 'i32',
    fn,
    args: [a, b],
  });
  const outer: Axis = { id: `${batch.id}b`, extent: dim.ceilDiv(batch.extent, dim.int(size)) };
  const inside: Axis = { id: `${batch.id}i`, extent: dim.int(size) };
  const sample = apply('add', apply('mul', axisExpr(outer), intExpr(size)), axisExpr(inside));
  const condition: Expr = { kind: 'apply', type: 'bool', fn: 'lt', args: [sample, count] };
  return {
    outer: { axis: outer, extent: apply('idiv', apply('add', count, intExpr(size - 1)), intExpr(size)) },
    axes: [inside],
    within: (expr: Expr): Expr => ({
      kind: 'guard',
      type: expr.type,
      condition,
      value: substituteAxes(expr, new Map([[batch.id, sample]])),
      otherwise: { kind: 'const', type: expr.type, value: 0 },
    }),
  };
}
