/**
 * Which tile of a nest's results an invocation of a GPU computes in its registers: the one that keeps a whole GPU busy for the
 * shortest time, by what it costs to load what the tile needs (`reuse.ts`). A load is as expensive as several products, on
 * real GPUs and more so on software ones. Says also how long that is, for whoever may choose between nests.
 */
import type { Axis, Expr } from '../ops/expr.ts';
import { reductionsIn } from './address.ts';
import type { Counts } from './distinct.ts';
import { candidatesFor, type TileCandidate } from './gpu-candidates.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, laneCandidate, vectorisable } from './lanes.ts';
import { isBatch } from './register-tile.ts';
import { type Box, type Loads, NO_LOADS, type Reuse, ReuseCounter } from './reuse.ts';
import type { Schedule } from './schedule.ts';
import { ALONE, canShare, dividedAxis, mostMembers, WORKGROUP } from './teams.ts';
import { TYPICAL_BATCH, typicalValue } from './typical.ts';
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
/** What an access to an element and to four of them cost, in products, and what it costs to choose between one and zero. */
const [SINGLE, FOURS, CHOICE] = [8, 32, 6];
/** What an invocation costs for itself: finding out which it is. */
const INVOCATION = 100;
/**
 * Invocations below which a GPU is not busy, and how long each of them waits then in every pass. So many are four for each
 * lane of an integrated GPU (96 units of eight); larger GPUs are busy with none of the tiles of a small network, and there
 * it is the number of passes that counts.
 */
const [ENOUGH, LATENCY] = [3072, 30];
/** Invocations that keep a large GPU busy, which teams make (`teams.ts`). */
const LARGE = 32768;
/** So much faster a tile of several samples has to be where a batch is often of one, which computes all of it for that. */
const SAMPLES = 1.4;
/** Numbers that memory gives at once. */
const SECTOR = 8;
/** What it costs a member of a team to add up what all have, in products: for itself, and for each sum. */
const [JOIN, JOINED] = [200, 6];

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
      teams: () => teamsFor(kernel, reductions, sizes, box, whole, tile.width),
    };
  }
  return best;
}

/** A variable, and how many values it typically has. */
type Size = readonly [id: string, size: number];

/** The variables of a nest's results, and of each of its sums. */
interface Sizes {
  readonly axes: readonly Size[];
  readonly sums: readonly { readonly axes: readonly Size[]; readonly reduction: Reduce }[];
}

function sizesOf({ axes }: Kernel, reductions: readonly Reduce[]): Sizes {
  const sizes = (all: readonly Axis[]): Size[] => all.map(({ id, extent }) => [id, typicalValue(extent)]);
  return { axes: sizes(axes), sums: reductions.map((reduction) => ({ axes: sizes(reduction.axes), reduction })) };
}

/** How many invocations there are, and how often each goes through the innermost loop. */
interface Runs {
  readonly items: number;
  readonly passes: number;
}

/** `team`: how many invocations share the sums. */
function runsOf({ axes, sums }: Sizes, box: Box, team = 1): Runs {
  const blocks = ([id, size]: Size): number => Math.ceil(size / (box.get(id) ?? 1));
  const count = (all: readonly Size[]): number => all.reduce((product, each) => product * blocks(each), 1);
  const passes = sums.map(({ axes: own, reduction }) => {
    const divided = team > 1 ? dividedAxis(looped(reduction, box)) : undefined;
    const whole = divided ? typicalValue(divided.extent) : 1;
    return count(own) * (Math.ceil(whole / team) / whole);
  });
  return { items: count(axes), passes: Math.max(0, ...passes) };
}

const looped = ({ axes }: Reduce, box: Box): readonly Axis[] => axes.filter(({ id }) => !box.has(id));

/** What an invocation takes, in products: for itself, and for a pass. */
const effortOf = (reuse: Reuse): { readonly once: number; readonly pass: number } => ({
  once: INVOCATION + costOfLoads(reuse.outside) + costOfLoads(reuse.stores),
  pass: costOfLoads(reuse.inside) + CHOICE * reuse.choices + reuse.sums + reuse.products,
});

/** How long a whole GPU is busy, in products. */
function costOf({ items, passes }: Runs, reuse: Reuse): number {
  const { once, pass } = effortOf(reuse);
  const busy = (once + passes * pass) * items;
  const waiting = (once + LATENCY + passes * (pass + LATENCY)) * ENOUGH;
  return Math.max(busy, waiting);
}

/**
 * The teams with which a tile's sums keep a large GPU busy for the shortest time. `width`: numbers that one item reads side by
 * side. The larger the team, the fewer neighbours go on where it ends, in what memory gives at once.
 */
function teamsFor(
  kernel: Kernel,
  reductions: readonly Reduce[],
  sizes: Sizes,
  box: Box,
  reuse: Reuse,
  width: number,
): Pick<Schedule, 'team' | 'spread'> {
  const divided = reductions.flatMap((reduction) => dividedAxis(looped(reduction, box)) ?? []);
  if (!canShare(reductions) || divided.length < reductions.length) return ALONE;
  const most = Math.min(...divided.map(mostMembers));
  const { once, pass } = effortOf(reuse);
  /** The best for a share of the items. */
  const bestFor = (share: number): number => {
    let best = { team: 1, cost: Number.POSITIVE_INFINITY };
    for (let team = 1; team <= most; team *= 2) {
      const { items, passes } = runsOf(sizes, box, team);
      const unused = Math.max(1, SECTOR / ((width * WORKGROUP) / team)) - 1;
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

const costOfLoads = ({ single, fours }: Loads): number => SINGLE * single + FOURS * fours;

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
