/**
 * Joins loop variables that step through memory as one: where every address moves by as much for one step of the outer as
 * for all steps of the inner variable, one loop takes the place of two. A row of a filter over NHWC images becomes one run
 * over positions and channels; the channels of an elementwise kernel join with the positions. What is computed stays the
 * same, in the same order. The opposite of `split-axes.ts`.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { affineAddress, loadsIn, tensorOf } from './address.ts';
import { type Affine, coefficientOf } from './affine.ts';
import { type Kernel, mapStores, type Tensor } from './kernel.ts';
import { axesOf, axisExpr, children, intExpr, rewriter, substituteAxes } from './walk.ts';

/** The nest with its axes, and those of its sums, joined wherever that can be. */
export function mergeAxes(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): Kernel {
  return mergeParallel(mergeSums(kernel, tensors), tensors);
}

/** The same for the axes of sums only. */
export function mergeSums(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): Kernel {
  const rewrite = rewriter((expr) => {
    if (expr.kind !== 'reduce' || expr.combine !== 'sum') return expr;
    const addresses = addressesIn([expr.body], tensors);
    const merged = joinAll(expr.axes, addresses, (axis) => usedAsNumber(expr.body, axis));
    return merged ? { ...expr, axes: merged.axes, body: substituteAxes(expr.body, merged.values) } : expr;
  });
  return { ...kernel, stores: kernel.stores.map((store) => ({ ...store, value: rewrite(store.value) })) };
}

function mergeParallel(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): Kernel {
  if (kernel.where) return kernel;
  const values = kernel.stores.map(({ value }) => value);
  const written = kernel.stores.map(({ tensor, indices }) => affineAddress(tensorOf(tensors, tensor), indices));
  const addresses = [...addressesIn(values, tensors), ...written];
  const merged = joinAll(kernel.axes, addresses, (axis) => values.some((value) => usedAsNumber(value, axis)));
  if (!merged) return kernel;
  const replace = (expr: Expr): Expr => substituteAxes(expr, merged.values);
  const stores = mapStores(kernel.stores, replace);
  return { ...kernel, axes: merged.axes, stores };
}

function addressesIn(values: readonly Expr[], tensors: ReadonlyMap<number, Tensor>): Affine[] {
  return loadsIn(values).map((load) => affineAddress(tensorOf(tensors, load.tensor), load.indices));
}

/** True where an axis stands outside of addresses: in a condition, or as a number. */
function usedAsNumber(expr: Expr, axis: Axis): boolean {
  if (expr.kind === 'axis') return expr.axis.id === axis.id;
  return expr.kind !== 'load' && axesOf(expr).has(axis.id) && children(expr).some((child) => usedAsNumber(child, axis));
}

/** What is left of the axes, and what those that are gone are in terms of it; undefined where none can be joined. */
function joinAll(
  axes: readonly Axis[],
  addresses: readonly Affine[],
  excluded: (axis: Axis) => boolean,
): { axes: Axis[]; values: Map<string, Expr> } | undefined {
  const free = axes.filter((axis) => (dim.constant(axis.extent) ?? 1) > 1 && !excluded(axis));
  // Each joint axis as the axes that it stands for, outermost first.
  let chains = free.map((axis) => [axis]);
  for (let joined: [Axis[], Axis[]] | undefined; ; ) {
    joined = chains
      .flatMap((outer) => chains.map((inner): [Axis[], Axis[]] => [outer, inner]))
      .find(([outer, inner]) => outer !== inner && addresses.every((address) => follows(address, outer, inner)));
    if (!joined) break;
    const [outer, inner] = joined;
    chains = chains.flatMap((chain) => (chain === inner ? [] : chain === outer ? [[...outer, ...inner]] : [chain]));
  }
  const joint = chains.filter((chain) => chain.length > 1);
  if (joint.length === 0) return undefined;
  const values = new Map<string, Expr>();
  const places = new Map<string, Axis>();
  for (const chain of joint) {
    const axis: Axis = {
      id: chain.map(({ id }) => id).join('_'),
      extent: dim.product(chain.map(({ extent }) => extent)),
    };
    places.set(chain[0].id, axis);
    for (const [id, value] of digits(axis, chain)) values.set(id, value);
  }
  const left = axes.flatMap((axis) => places.get(axis.id) ?? (values.has(axis.id) ? [] : [axis]));
  return { axes: left, values };
}

/** True where the last of `outer` moves an address by as much as all steps of `inner`. */
function follows(address: Affine, outer: readonly Axis[], inner: readonly Axis[]): boolean {
  const steps = inner.reduce((product, { extent }) => product * (dim.constant(extent) ?? Number.NaN), 1);
  const by = coefficientOf(address, outer[outer.length - 1].id);
  const within = coefficientOf(address, inner[inner.length - 1].id);
  return by !== undefined && within !== undefined && by === steps * within;
}

/** The axes of a chain as digits of the joint axis. */
function digits(joint: Axis, chain: readonly Axis[]): [string, Expr][] {
  let below = 1;
  return [...chain].reverse().map((axis, i): [string, Expr] => {
    const shifted = below === 1 ? axisExpr(joint) : arithmetic('idiv', axisExpr(joint), below);
    const extent = dim.constant(axis.extent) ?? 1;
    below *= extent;
    return [axis.id, i === chain.length - 1 ? shifted : arithmetic('imod', shifted, extent)];
  });
}

const arithmetic = (fn: 'idiv' | 'imod', a: Expr, by: number): Expr => ({
  kind: 'apply',
  type: 'i32',
  fn,
  args: [a, intExpr(by)],
});
