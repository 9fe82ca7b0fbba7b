/**
 * Teams: invocations of a GPU that compute the same tile of a nest's results together. Each folds a share of the terms, and
 * they add up what they have through memory that a workgroup shares. A nest with few results and long sums (a batch's
 * statistics, a matrix product of few rows) keeps a large GPU busy so. How many members a team has is the runtime's to say,
 * up to the number that `gpu-tiles.ts` finds best for large GPUs: a small one is busy with teams of one, which share nothing.
 * This file says which sums can be shared and along which axis; `bind-tile.ts` writes the loops.
 */
import type { Axis, Expr } from '../ops/expr.ts';
import type { Schedule } from './schedule.ts';
import { typicalValue } from './typical.ts';
import { localExpr } from './walk.ts';

type Reduce = Extract<Expr, { kind: 'reduce' }>;

/** Invocations of a workgroup; a team has a power of two of them. */
export const WORKGROUP = 64;

/** Which member of its team an invocation is, and how many there are. */
export const [MEMBER, MEMBERS]: readonly [Expr, Expr] = [localExpr('member', 'i32'), localExpr('team', 'i32')];

/** Whether the members can add up what they have of these. */
export const canShare = (reductions: readonly Reduce[]): boolean =>
  reductions.length > 0 && reductions.every(({ combine, type }) => combine === 'sum' && type === 'f32');

/**
 * The axis that a team divides, of those that a sum loops over: member `m` takes the elements `m`, `m + team`, ... The one
 * with the least waste, the longest of those. Undefined where none has an element for each member.
 */
export function dividedAxis(looped: readonly Axis[], team: number): Axis | undefined {
  if (team === 1) return undefined;
  let best: { readonly axis: Axis; readonly extent: number; readonly waste: number } | undefined;
  for (const axis of looped) {
    const extent = typicalValue(axis.extent);
    const waste = (Math.ceil(extent / team) * team) / extent;
    if (extent < team) continue;
    if (!best || waste < best.waste || (waste === best.waste && extent > best.extent)) best = { axis, extent, waste };
  }
  return best?.axis;
}

/** The sums' axes that a schedule does not write out. */
export const loopedAxes = ({ axes }: Reduce, { unroll }: Pick<Schedule, 'unroll'>): readonly Axis[] =>
  axes.filter(({ id }) => !unroll.includes(id));
