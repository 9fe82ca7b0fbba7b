/** The tiles that a GPU's schedule is chosen from: along the vector axis and up to two others, with window axes written out. */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import type { Kernel } from './kernel.ts';
import { LANES } from './lanes.ts';
import type { RegisterTile } from './register-tile.ts';
import { typicalValue } from './typical.ts';

/** Reduction axes up to this long may be written out. */
const SHORT = 4;
/** The longest tile along one axis. */
const LONGEST = 16;
/** Elements that a tile may have for each of its own: those at an axis's end are computed twice. */
const MOST_WASTE = 1.2;

type Reduce = Extract<Expr, { kind: 'reduce' }>;

export interface TileCandidate {
  /** Elements along the vector axis; 1 where there is none. */
  readonly width: number;
  readonly tiles: readonly RegisterTile[];
  readonly unroll: readonly string[];
}

export function candidatesFor(
  kernel: Kernel,
  reductions: readonly Reduce[],
  lane: Axis | undefined,
  most: number,
): TileCandidate[] {
  const single = kernel.axes
    .filter((axis) => axis.id !== lane?.id)
    .map((axis) => tilesOf(axis).map((tile): RegisterTile => ({ axis: axis.id, tile, overlap: false })));
  const pairs = single.flatMap((tiles, i) =>
    single.slice(i + 1).flatMap((others) => tiles.flatMap((tile) => others.map((other) => [tile, other]))),
  );
  const sets: (readonly RegisterTile[])[] = [[], ...single.flatMap((tiles) => tiles.map((tile) => [tile])), ...pairs];
  const widths = lane ? [LANES, 2 * LANES].filter((width) => typicalValue(lane.extent) % width === 0) : [1];
  return unrollings(reductions).flatMap((unroll) =>
    widths.flatMap((width) =>
      sets
        .filter((tiles) => tiles.reduce((size, { tile }) => size * tile, width) <= most)
        .map((tiles) => ({ width, tiles, unroll })),
    ),
  );
}

/** Sets of short reduction axes (a convolution's window) that may be written out. */
function unrollings(reductions: readonly Reduce[]): string[][] {
  const [first] = reductions;
  if (first === undefined || reductions.some(({ combine }) => combine !== 'sum')) return [[]];
  const { axes } = first;
  const same = reductions.every(
    (other) => other.axes.length === axes.length && other.axes.every((axis, i) => axis.id === axes[i].id),
  );
  const sets: string[][] = [[]];
  if (!same) return sets;
  for (const { id, extent } of axes) {
    const count = dim.constant(extent);
    if (count !== undefined && count <= SHORT) sets.push(...sets.map((set) => [...set, id]));
  }
  return sets;
}

/** Tiles that divide an axis well; of several elements for each sample, that divide those. */
function tilesOf({ extent }: Axis): number[] {
  const upTo = (most: number): number[] => Array.from({ length: Math.max(0, most - 1) }, (_, i) => i + 2);
  const fixed = dim.constant(extent);
  if (fixed !== undefined) {
    return upTo(Math.min(fixed, LONGEST)).filter((tile) => (Math.ceil(fixed / tile) * tile) / fixed <= MOST_WASTE);
  }
  const [symbol] = dim.symbols(extent);
  const perSample = dim.linear(extent, symbol)?.perSample ?? 1;
  return perSample === 1 ? [2, 4, 8] : upTo(LONGEST / 2).filter((tile) => perSample % tile === 0);
}
