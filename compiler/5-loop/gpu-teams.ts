/** How many invocations of a large GPU share a tile's sums: what `teams.ts` makes possible, by what it costs (`gpu-effort.ts`). */
import type { Expr } from '../ops/expr.ts';
import type { TileCandidate } from './gpu-candidates.ts';
import { costOfLoads, effortOf, LATENCY, runsOf, type Sizes } from './gpu-effort.ts';
import type { Kernel } from './kernel.ts';
import { isBatch } from './register-tile.ts';
import type { Box, Reuse } from './reuse.ts';
import type { Schedule } from './schedule.ts';
import { ALONE, canShare, dividedAxis, loopedAxes, mostMembers, WORKGROUP } from './teams.ts';
import { TYPICAL_BATCH } from './typical.ts';

/** Invocations that keep a large GPU busy, which teams make (`teams.ts`). */
const LARGE = 32768;
/** Numbers that memory gives at once. */
const SECTOR = 8;
/** What it costs a member of a team to add up what all have, in products: for itself, and for each sum. */
const [JOIN, JOINED] = [200, 6];

type Reduce = Extract<Expr, { kind: 'reduce' }>;

/** A nest with the tile that an invocation computes, and what that takes. */
export interface Tiled {
  readonly kernel: Kernel;
  readonly reductions: readonly Reduce[];
  readonly sizes: Sizes;
  readonly tile: TileCandidate;
  readonly box: Box;
  readonly reuse: Reuse;
}

/**
 * The teams with which a tile's sums keep a large GPU busy for the shortest time. The larger the team, the fewer neighbours go
 * on where it ends, in what memory gives at once.
 */
export function teamsFor({ kernel, reductions, sizes, tile, box, reuse }: Tiled): Pick<Schedule, 'team' | 'spread'> {
  const divided = reductions.flatMap((reduction) => dividedAxis(loopedAxes(reduction, tile)) ?? []);
  if (!canShare(reductions) || divided.length < reductions.length) return ALONE;
  const most = Math.min(...divided.map(mostMembers));
  const { once, pass } = effortOf(reuse);
  /** The best for a share of the items. */
  const bestFor = (share: number): number => {
    let best = { team: 1, cost: Number.POSITIVE_INFINITY };
    for (let team = 1; team <= most; team *= 2) {
      const { items, passes } = runsOf(sizes, box, team, divided);
      const unused = Math.max(1, SECTOR / ((tile.width * WORKGROUP) / team)) - 1;
      const read = pass + unused * costOfLoads(reuse.inside);
      const each = once + passes * read + (team > 1 ? JOIN + JOINED * reuse.sums : 0);
      const cost = Math.max(each * items * share * team, (each + LATENCY * (1 + passes)) * LARGE);
      if (cost < best.cost) best = { team, cost };
    }
    return best.team;
  };
  const usual = bestFor(1);
  // Few samples leave more to share, unless it is the batch that is divided.
  const team = !divided.some(isBatch) && kernel.axes.some(isBatch) ? bestFor(1 / TYPICAL_BATCH) : usual;
  return team === 1 ? ALONE : { team, spread: runsOf(sizes, box).items * usual };
}
