/**
 * Teams: invocations of a GPU that compute the same tile of a nest's results together. Each folds a share of the terms, and
 * they add up what they have through memory that a workgroup shares. A nest with few results and long sums (a batch's
 * statistics, a matrix product of few rows) keeps a large GPU busy so. How many members a team has is the runtime's to say:
 * enough of them for as many invocations as `gpu-tiles.ts` finds best for a large GPU, more where the batch is small, and one
 * where there is no GPU but a program on the CPU. This file says which sums can be shared and along which axis;
 * `bind-tile.ts` writes the loops.
 */
import type { Axis, Expr } from '../ops/expr.ts';
import type { Schedule } from './schedule.ts';
import { typicalValue } from './typical.ts';
import { localExpr } from './walk.ts';

type Reduce = Extract<Expr, { kind: 'reduce' }>;

/** Invocations of a workgroup; a team has a power of two of them. */
export const WORKGROUP = 64;

/** Of a nest without teams. */
export const ALONE: Pick<Schedule, 'team' | 'spread'> = { team: 1, spread: 0 };

/** Which member of its team an invocation is, and how many there are. */
export const [MEMBER, MEMBERS]: readonly [Expr, Expr] = [localExpr('member', 'i32'), localExpr('team', 'i32')];

/** Whether the members can add up what they have of these. */
export const canShare = (reductions: readonly Reduce[]): boolean =>
  reductions.length > 0 && reductions.every(({ combine, type }) => combine === 'sum' && type === 'f32');

/**
 * The axis that a team divides, of those that a sum loops over: member `m` takes the elements `m`, `m + team`, ... It is the
 * longest. Undefined where none can be divided.
 */
export function dividedAxis(looped: readonly Axis[]): Axis | undefined {
  const lengths = looped
    .map((axis) => ({ axis, length: typicalValue(axis.extent) }))
    .filter(({ length }) => length > 1);
  return lengths.sort((a, b) => b.length - a.length)[0]?.axis;
}

/** Members of a team that have an element each. */
export function mostMembers({ extent }: Axis): number {
  return 2 ** Math.floor(Math.log2(Math.min(WORKGROUP, typicalValue(extent))));
}

/** The sums' axes that a schedule does not write out. */
export const loopedAxes = ({ axes }: Reduce, { unroll }: Pick<Schedule, 'unroll'>): readonly Axis[] =>
  axes.filter(({ id }) => !unroll.includes(id));
