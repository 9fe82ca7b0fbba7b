/**
 * Two ways to a sum of which memory says what counts: to go through all terms, or to look for those that count. Which takes
 * fewer steps is counted here; looking costs more than its steps where neighbours find theirs in different places.
 */
import { dim } from '../dim/dim.ts';
import { reductionsIn } from './address.ts';
import { collapseSums } from './collapse-sums.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, vectorisable } from './lanes.ts';
import { splitAxes } from './split-axes.ts';
import { typicalValue } from './typical.ts';

/** The nest with sums that look for their terms; itself where no memory says where these are. */
export function seekTerms(kernel: Kernel): Kernel {
  const before = kernel.stores.map(({ value }) => value);
  const values = before.map((value) => collapseSums(value));
  if (values.every((value, i) => value === before[i])) return kernel;
  const indices = kernel.stores.flatMap((store) => store.indices);
  const { axes, exprs } = splitAxes(kernel.axes, [...values, ...indices]);
  let at = values.length;
  const stores = kernel.stores.map((store, i) => {
    const from = at;
    at += store.indices.length;
    return { ...store, value: exprs[i], indices: exprs.slice(from, at) };
  });
  return { ...kernel, axes, stores };
}

/**
 * How many steps the sums of one result take. Where memory says which terms count, it says so for each result alone, and
 * vectors may be lost: a quarter of the terms one by one is no gain.
 */
export function stepsOf(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): number {
  const steps = reductionsIn(kernel).map(({ axes }) =>
    axes.reduce((product, { extent }) => product * typicalValue(extent), 1),
  );
  return steps.reduce((sum, each) => sum + each, 0) / (hasVectors(kernel, tensors) ? LANES : 1);
}

export function hasVectors(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): boolean {
  return kernel.axes.some(
    (axis) => (dim.constant(axis.extent) ?? 1) % LANES === 0 && vectorisable(kernel, axis, tensors, 'wasm'),
  );
}
