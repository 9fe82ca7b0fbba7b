/**
 * Reductions on GPUs: all the terms that one pass of the innermost loop adds to a tile, with the positions that the schedule
 * writes out, in one block, so that terms that share an operand load it once. Conditions that all terms share stand around the
 * block; others choose between an operand and zero.
 */
import type { Axis, Expr } from '../ops/expr.ts';
import { alwaysInside, tensorOf } from './address.ts';
import { ReductionBinder, rowMajorPosition } from './bind-reductions.ts';
import type { Bound } from './bounds.ts';
import type { Tensor } from './kernel.ts';
import { orderReduction } from './reduce-order.ts';
import type { Names, Scope } from './scope.ts';
import { commonConditions, guardedTerm, positionsOf, type Reduce, summandOf, termAt } from './terms.ts';
import { children, keyOf } from './walk.ts';

type Load = Extract<Expr, { kind: 'load' }>;

export class TileBinder extends ReductionBinder {
  private readonly unroll: ReadonlySet<string>;

  constructor(
    tensors: ReadonlyMap<number, Tensor>,
    lane: Axis | undefined,
    names: Names,
    /** Reduction axes that are written out. */
    unroll: readonly string[],
  ) {
    super(tensors, lane, names);
    this.unroll = new Set(unroll);
  }

  /** Divisions are slow, and move out of the loops that they do not depend on. */
  protected override staysWhole(index: Expr): boolean {
    return !divides(index);
  }

  /** Drivers write out loops whose bounds they know. */
  protected override takesBound({ batch }: Bound): boolean {
    return batch;
  }

  protected override emitReductions(reduces: readonly Reduce[], home: Scope): void {
    const [{ axes }] = reduces;
    const parts = reduces.map((reduce) => {
      const summand = summandOf(reduce);
      return { reduce, summand, into: this.declareAccumulator(reduce, summand.value, home) };
    });
    // Only sums are written out: what else folds wants to know positions.
    const sums = reduces.every(({ combine }) => combine === 'sum');
    const unrolled = sums ? axes.filter(({ id }) => this.unroll.has(id)) : [];
    const looped = axes.filter((axis) => !unrolled.includes(axis));
    const terms = positionsOf(unrolled).flatMap((at) =>
      parts.flatMap(({ summand }, i) => termAt(summand, at, i) ?? []),
    );
    const shared = commonConditions(terms);
    // The elements of a tile step through memory alike: one of them tells the order.
    const order = orderReduction(looped, parts[0].summand.value, shared, this.tensors);
    const inside = (load: Load): boolean => alwaysInside(load, tensorOf(this.tensors, load.tensor));
    this.openLoops(order, shared, home, (inner) => {
      const values = terms.map((term) => guardedTerm(term, shared, terms.length === 1, inside));
      this.bind(values, inner).forEach((value, i) => {
        const { reduce, into } = parts[terms[i].part];
        this.accumulate(reduce, into, value, rowMajorPosition(reduce.axes), inner);
      });
    });
    for (const { reduce, into } of parts) home.bound.set(keyOf(reduce), into.result);
  }
}

const divides = (expr: Expr): boolean =>
  (expr.kind === 'apply' && (expr.fn === 'idiv' || expr.fn === 'imod')) || children(expr).some(divides);
