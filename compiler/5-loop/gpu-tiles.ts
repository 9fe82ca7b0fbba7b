/**
 * Which tile of a nest's results an invocation of a GPU computes in its registers: the one that keeps a whole GPU busy for the
 * shortest time, by what it costs to load what the tile needs (`reuse.ts`). A load is as expensive as several products, on
 * real GPUs and more so on software ones. Says also how long that is, for whoever may choose between nests.
 */
import type { Axis, Expr } from '../ops/expr.ts';
import { reductionsIn } from './address.ts';
import type { Counts } from './distinct.ts';
import { candidatesFor, type TileCandidate } from './gpu-candidates.ts';
import { costOf, runsOf, sizesOf } from './gpu-effort.ts';
import { teamsFor } from './gpu-teams.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, laneCandidate, vectorisable } from './lanes.ts';
import { isBatch } from './register-tile.ts';
import { type Box, NO_LOADS, type Reuse, ReuseCounter } from './reuse.ts';
import type { Schedule } from './schedule.ts';
import { ALONE } from './teams.ts';
import { typicalValue } from './typical.ts';
import { containsReduction, forEachNode, isIndexArithmetic } from './walk.ts';

/** Accumulators of one invocation, or its results: more would leave too few registers for others to run beside it. */
const MOST_SUMS = 64;
/** Results (or vectors of them), and applications of functions, in an invocation that folds nothing. */
const [MOST_RESULTS, MOST_WORK] = [8, 64];
/**
 * How long one pass through the innermost loop may be, in products, where an access to an element takes as much code as
 * `ACCESS_CODE` of them (on software adapters): it has to fit an instruction cache.
 */
const [MOST_CODE, ACCESS_CODE] = [640, 16];
/** So much faster a tile of several samples has to be where a batch is often of one, which computes all of it for that. */
const SAMPLES = 1.4;

type Reduce = Extract<Expr, { kind: 'reduce' }>;

export interface BestTile {
  /** The axis whose elements fill vectors of four. */
  readonly lane: Axis | undefined;
  readonly tile: TileCandidate;
  /** How long a whole GPU is busy with the nest, in products. */
  readonly cost: number;
  /** How many invocations may share a tile's sums, and how many there should be (`teams.ts`). */
  readonly teams: () => Pick<Schedule, 'team' | 'spread'>;
}

interface Search {
  readonly mostSums?: number | undefined;
  readonly below?: number;
  readonly single?: boolean;
  readonly counts?: Counts;
}

/**
 * `mostSums`: accumulators of one invocation. Only a tile that costs less than `below` is looked for: where there is none, the
 * cost is infinite. `counts`: what was counted for nests of the same sums. `single`: the batch is often one sample.
 */
export function bestTile(
  kernel: Kernel,
  tensors: ReadonlyMap<number, Tensor>,
  { mostSums = MOST_SUMS, below = Number.POSITIVE_INFINITY, counts = new Map(), single = false }: Search = {},
): BestTile {
  const candidate = laneCandidate(kernel, tensors);
  const lane = candidate && vectorisable(kernel, candidate, tensors, 'wgsl') ? candidate : undefined;
  const reductions = reductionsIn(kernel);
  const smallest: TileCandidate = { width: lane ? LANES : 1, tiles: [], unroll: [] };
  let best: BestTile = { lane, tile: smallest, cost: Number.POSITIVE_INFINITY, teams: () => ALONE };
  if (reductions.some(({ body }) => containsReduction(body))) return best;
  const most = reductions.length > 0 ? mostSums : mostResults(kernel, lane);
  const counter = new ReuseCounter(kernel, reductions, lane, tensors, counts);
  const sizes = sizesOf(kernel, reductions);
  for (const tile of candidatesFor(kernel, reductions, lane, most)) {
    const rows = rowsOf(tile, lane);
    const box = boxOf(tile, rows, reductions);
    // Loads take long to count, and only add to what is known without them.
    const arithmetic = counter.arithmetic(box);
    const factor = single && hasSamples(kernel, box) ? SAMPLES : 1;
    const runs = runsOf(sizes, box);
    const costWith = (reuse: Reuse): number => factor * costOf(runs, reuse);
    const rejected = (reuse: Reuse): boolean =>
      (!isSmall(tile) && isTooLarge(reuse, mostSums)) || costWith(reuse) >= Math.min(best.cost, below);
    const least = { ...arithmetic, ...NO_LOADS };
    if (rejected(least)) continue;
    const loads = counter.loads(rows, box, (inside) => rejected({ ...least, inside }));
    if (!loads || rejected({ ...least, ...loads })) continue;
    const whole = { ...least, ...loads, choices: counter.chosen(box) };
    if (rejected(whole)) continue;
    best = {
      lane,
      tile,
      cost: costWith(whole),
      teams: () => teamsFor({ kernel, reductions, sizes, tile, box, reuse: whole }),
    };
  }
  return best;
}

const hasSamples = ({ axes }: Kernel, box: Box): boolean =>
  axes.some((axis) => isBatch(axis) && (box.get(axis.id) ?? 1) > 1);

/** How many results an invocation may have that folds nothing: its code grows with each. */
function mostResults({ stores }: Kernel, lane: Axis | undefined): number {
  let work = 1;
  forEachNode(
    stores.map(({ value }) => value),
    (expr) => {
      if (expr.kind === 'apply' && !isIndexArithmetic(expr)) work++;
    },
  );
  return Math.min(MOST_RESULTS, Math.floor(MOST_WORK / work)) * (lane ? LANES : 1);
}

/** How many results a tile has along each axis. */
function rowsOf({ width, tiles }: TileCandidate, lane: Axis | undefined): Box {
  const rows = new Map(tiles.map(({ axis, tile }) => [axis, tile]));
  if (lane) rows.set(lane.id, width);
  return rows;
}

function boxOf({ unroll }: TileCandidate, rows: Box, reductions: readonly Reduce[]): Box {
  const box = new Map(rows);
  for (const { axes } of reductions) {
    for (const { id, extent } of axes) if (unroll.includes(id)) box.set(id, typicalValue(extent));
  }
  return box;
}

/** The smallest tile of all is always possible. */
const isSmall = ({ tiles, unroll, width }: TileCandidate): boolean =>
  tiles.length === 0 && unroll.length === 0 && width <= LANES;

function isTooLarge({ sums, products, inside }: Reuse, mostSums: number): boolean {
  const elements = inside.single + LANES * inside.fours;
  return sums > mostSums || products + ACCESS_CODE * elements > MOST_CODE;
}
