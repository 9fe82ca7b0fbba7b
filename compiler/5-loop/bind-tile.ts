/**
 * Reductions on GPUs: all the terms that one pass of the innermost loop adds to a tile, with the positions that the schedule
 * writes out, in one block, so that terms that share an operand load it once. Conditions that all terms share stand around the
 * block; others choose between an operand and zero. A team's members take every so many-th element of one axis each.
 */
import type { Axis, Expr } from '../ops/expr.ts';
import { apply } from '../ops/lowering.ts';
import { alwaysInside, tensorOf } from './address.ts';
import { ReductionBinder, rowMajorPosition } from './bind-reductions.ts';
import type { Bound } from './bounds.ts';
import type { Tensor } from './kernel.ts';
import { orderReduction } from './reduce-order.ts';
import type { Schedule } from './schedule.ts';
import type { Names, Scope } from './scope.ts';
import { dividedAxis, loopedAxes, MEMBER, MEMBERS } from './teams.ts';
import { commonConditions, guardedTerm, positionsOf, type Reduce, summandOf, termAt } from './terms.ts';
import type { Statement } from './tree.ts';
import { typicalValue } from './typical.ts';
import { children, dependsOn, keyOf } from './walk.ts';

type Load = Extract<Expr, { kind: 'load' }>;

export class TileBinder extends ReductionBinder {
  private readonly schedule: Pick<Schedule, 'unroll' | 'team'>;
  /** The axis that the team divides, of the sums whose loops are being opened. */
  private divided: Axis | undefined;

  constructor(
    tensors: ReadonlyMap<number, Tensor>,
    lane: Axis | undefined,
    names: Names,
    schedule: Pick<Schedule, 'unroll' | 'team'>,
  ) {
    super(tensors, lane, names);
    this.schedule = schedule;
  }

  /** Divisions are slow, and move out of the loops that they do not depend on. */
  protected override staysWhole(index: Expr): boolean {
    return !divides(index);
  }

  /** Drivers write out loops whose bounds they know. */
  protected override takesBound({ batch }: Bound): boolean {
    return batch;
  }

  protected override loop(axis: Axis, from: Expr | undefined, extent: Expr, inside: Scope): Statement {
    const whole = super.loop(axis, from, extent, inside);
    if (axis !== this.divided || whole.kind !== 'loop') return whole;
    return { ...whole, from: from ? apply('add', from, MEMBER) : MEMBER, by: MEMBERS };
  }

  protected override emitReductions(reduces: readonly Reduce[], home: Scope): void {
    const [first] = reduces;
    const parts = reduces.map((reduce) => {
      const summand = summandOf(reduce);
      return { reduce, summand, into: this.declareAccumulator(reduce, summand.value, home) };
    });
    // Only sums are written out: what else folds wants to know positions.
    const sums = reduces.every(({ combine }) => combine === 'sum');
    const looped = sums ? loopedAxes(first, this.schedule) : first.axes;
    const unrolled = first.axes.filter((axis) => !looped.includes(axis));
    const terms = positionsOf(unrolled).flatMap((at) =>
      parts.flatMap(({ summand }, i) => termAt(summand, at, i) ?? []),
    );
    const shared = commonConditions(terms);
    // The elements of a tile step through memory alike: one of them tells the order.
    const divided = home.isOutermost && this.schedule.team > 1 ? dividedAxis(looped) : undefined;
    const order = dividedFirst(orderReduction(looped, parts[0].summand.value, shared, this.tensors), divided, shared);
    const inside = (load: Load): boolean => alwaysInside(load, tensorOf(this.tensors, load.tensor));
    // Where not all of a team's invocations come by, each of them adds up all terms.
    const outside = this.divided;
    this.divided = divided;
    this.openLoops(order, shared, home, (inner) => {
      const values = terms.map((term) => guardedTerm(term, shared, terms.length === 1, inside));
      this.bind(values, inner).forEach((value, i) => {
        const { reduce, into } = parts[terms[i].part];
        this.accumulate(reduce, into, value, rowMajorPosition(reduce.axes), inner);
      });
    });
    if (this.divided) home.statements.push({ kind: 'join', sums: parts.map(({ into }) => into.name) });
    this.divided = outside;
    for (const { reduce, into } of parts) home.bound.set(keyOf(reduce), into.result);
  }
}

/** Steps of the loops inside of a divided one, from which on these are the longer ones. */
const LONG_INSIDE = 8;

/**
 * The axis that a team divides runs around the others where these have more steps: its own are few then, and their number
 * depends on the team. But inside of those whose elements have conditions.
 */
function dividedFirst(order: readonly Axis[], divided: Axis | undefined, conditions: readonly Expr[]): readonly Axis[] {
  const isTested = (axis: Axis): boolean => conditions.some((condition) => dependsOn(condition, axis));
  if (divided === undefined || isTested(divided)) return order;
  const others = order.filter((axis) => axis !== divided);
  const tested = others.findLastIndex(isTested) + 1;
  const inside = others.slice(tested);
  if (inside.reduce((steps, { extent }) => steps * typicalValue(extent), 1) < LONG_INSIDE) return order;
  return [...others.slice(0, tested), divided, ...inside];
}

const divides = (expr: Expr): boolean =>
  (expr.kind === 'apply' && (expr.fn === 'idiv' || expr.fn === 'imod')) || children(expr).some(divides);
