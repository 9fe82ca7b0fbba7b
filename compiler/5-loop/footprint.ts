/**
 * How many distinct elements of a tensor a nest touches: from the ranges of the indices, without running it. Never too few;
 * too many where a guard or memory decides what is read. Sizes and loop variables' extents are numbers here.
 */
import type { Expr } from '../ops/expr.ts';
import { rangeOf, toAffine } from './affine.ts';
import { axesOf } from './walk.ts';

/** A box of a tensor, and how many of its elements are touched at most. */
export interface Region {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly elements: number;
}

const pointsOf = (axes: Iterable<string>, extents: ReadonlyMap<string, number>): number =>
  [...axes].reduce((product, id) => product * (extents.get(id) ?? 1), 1);

/** How many values an index takes, at most. */
export function valuesOf(index: Expr, extents: ReadonlyMap<string, number>): number {
  const { low, high } = rangeOf(toAffine(index));
  return Math.min(high - low + 1, pointsOf(axesOf(index), extents));
}

/** What one load or store touches while its loop variables take all of their values. */
export function regionOf(
  indices: readonly Expr[],
  shape: readonly number[],
  extents: ReadonlyMap<string, number>,
): Region {
  const dimensions = indices.map((index, d) => {
    const { low, high } = rangeOf(toAffine(index));
    const [first, last] = [Math.max(0, low), Math.min(high, shape[d] - 1)];
    const span = Math.max(0, last - first + 1);
    return { low: first, high: last, values: Math.min(span, pointsOf(axesOf(index), extents)) };
  });
  const box = dimensions.reduce((product, { values }) => product * values, 1);
  const all = new Set(indices.flatMap((index) => [...axesOf(index)]));
  return {
    low: dimensions.map(({ low }) => low),
    high: dimensions.map(({ high }) => high),
    elements: Math.min(box, pointsOf(all, extents)),
  };
}

/** Distinct elements of several regions of one tensor. */
export function unionOf(regions: readonly Region[]): number {
  const [first, ...others] = regions;
  if (first === undefined) return 0;
  const sum = regions.reduce((total, { elements }) => total + elements, 0);
  if (others.length === 0) return sum;
  const hull = first.low.reduce((product, _, d) => {
    const low = Math.min(...regions.map((region) => region.low[d]));
    const high = Math.max(...regions.map((region) => region.high[d]));
    return product * Math.max(0, high - low + 1);
  }, 1);
  return Math.min(sum, hull);
}
