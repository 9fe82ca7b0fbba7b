/**
 * Work that a nest does over again: arithmetic and draws on elements that a reduction reads many times, as a normalisation
 * that is computed in the convolution that reads it. Found from ranges; says nothing of whether it pays.
 */
import type { Expr } from '../ops/expr.ts';
import type { ScalarFunction } from '../ops/scalar.ts';
import { atBatch, evaluationsOf, isArithmetic } from './evaluations.ts';
import { valuesOf } from './footprint.ts';
import type { Kernel } from './kernel.ts';
import { axesOf, children, forEachNode, keyOf } from './walk.ts';

export interface Repeat {
  /** The function whose value it is. */
  readonly fn: ScalarFunction;
  /** How often it is computed, and how many different values that gives at most. */
  readonly times: number;
  readonly values: number;
  /** FLOPs beyond computing each value once. */
  readonly flops: number;
}

/** The largest repeated values of a nest; not again what they are made of. */
export function repeatsOf(kernel: Kernel, batch: number): Repeat[] {
  const nest = atBatch(kernel, batch);
  const inside = new Set<Expr>();
  return evaluationsOf(nest).flatMap(({ expr, times, summand }): Repeat[] => {
    if (inside.has(expr) || !summand || expr.kind !== 'apply' || !(isArithmetic(expr) || expr.fn === 'philox'))
      return [];
    const values = distinctValues(expr, nest.extents);
    if (values >= times) return [];
    let work = 0;
    forEachNode([expr], (each) => {
      inside.add(each);
      work += Number(isArithmetic(each));
    });
    return [{ fn: expr.fn, times, values, flops: work * (times - values) }];
  });
}

/** At most as many as there are places that the expression reads together, or values of its loop variables. */
function distinctValues(expr: Expr, extents: ReadonlyMap<string, number>): number {
  const points = [...axesOf(expr)].reduce((product, id) => product * (extents.get(id) ?? 1), 1);
  const indices = new Map<string, Expr>();
  const visit = (each: Expr): void => {
    if (each.kind === 'load') for (const index of each.indices) indices.set(keyOf(index), index);
    else if (each.kind === 'axis') indices.set(keyOf(each), each);
    else children(each).forEach(visit);
  };
  visit(expr);
  const places = [...indices.values()].reduce((product, index) => product * valuesOf(index, extents), 1);
  return Math.min(points, places);
}
