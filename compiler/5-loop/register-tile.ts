/**
 * Which axis of a sum of products a work item holds several elements of in registers, and how many: each load of the vector
 * operand then serves all of them, and enough sums run side by side to keep the multipliers busy.
 */
import { dim } from '../dim/dim.ts';
import type { Axis } from '../ops/expr.ts';
import { loadsIn, reductionsIn, tensorOf } from './address.ts';
import { sharesMemory } from './hazards.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, productOf } from './lanes.ts';
import { typicalValue } from './typical.ts';
import { dependsOn } from './walk.ts';

export interface RegisterTile {
  readonly axis: string;
  readonly tile: number;
  /** The last tile ends where the axis ends and computes again what it shares with the one before. */
  readonly overlap: boolean;
  /** The axis always has a tile's elements: fewer are another function's. */
  readonly filled?: true;
}

/** What a tile is for: lanes of how many elements, and whether its size is chosen for a CPU's registers. */
export interface TileTarget {
  readonly lane: { readonly axis: Axis; readonly width: number } | undefined;
  readonly cpu: boolean;
  /** Elements may have conditions of their own (the borders of an image): then each is computed by itself there. */
  readonly borders?: boolean;
}

/** Vector sums that 15 registers hold beside what one row of a tile reads. */
const MOST_SUMS = 12;
/** Vector sums of a window, whose elements have an operand each. */
const WINDOW_SUMS = 8;
/** Elements of a tile on GPUs: a whole axis, or some of one. */
const [GPU_ROWS, GPU_FEW] = [12, 4];
/** Steps that a sum's addition takes before the next can begin, in units of one multiply-add of two units. */
const LATENCY = 4.25;
/** Loads that run beside one of them. */
const LOADS = 2.2;
/** So much slower is as good, for less code. */
const ABOUT = 1.04;

/**
 * For a sum of products: an axis that the vector operand does not depend on. The batch is preferred: no guard depends on it,
 * and it is long.
 */
export function chooseRegister(
  kernel: Kernel,
  axes: readonly Axis[],
  tensors: ReadonlyMap<number, Tensor>,
  target: TileTarget,
): RegisterTile | undefined {
  const lane = target.lane?.axis;
  const sums = reductionsIn(kernel);
  const products = sums.flatMap((sum) => productOf(sum, lane) ?? []);
  if (products.length === 0 || products.length < sums.length) return undefined;
  const overlap = target.cpu && !updatesInPlace(kernel, tensors);
  const together = sumsTogether(kernel);
  const vectors = (together * (target.lane?.width ?? LANES)) / LANES;
  const tileFor = (axis: Axis): RegisterTile | undefined => {
    const tile = target.cpu
      ? cheapestTile(axis, vectors, overlap)
      : dividingTile(axis, Math.floor(GPU_ROWS / together));
    return tile === undefined ? undefined : { axis: axis.id, tile, overlap };
  };
  const possible = axes.filter((axis) => {
    if (axis.id === lane?.id || typicalValue(axis.extent) < 2) return false;
    return products.every(({ varying, fixed, conditions }) => {
      const shared = lane ? varying : fixed.slice(0, 1);
      return ![...shared, ...(target.borders ? [] : conditions)].some((expr) => dependsOn(expr, axis));
    });
  });
  const ranked = [...possible].sort((a, b) => rank(b) - rank(a));
  return ranked.flatMap((axis) => tileFor(axis) ?? [])[0];
}

/** How many sums run over the same axes, and so in one loop: the elements of a pooling window are a tile by themselves. */
export function sumsTogether(kernel: Kernel): number {
  const counts = new Map<string, number>();
  for (const { axes } of reductionsIn(kernel)) {
    const key = axes.map(({ id }) => id).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** Two vectors for sums, where that makes no more accumulators than there are registers. */
export function widthOf(kernel: Kernel, lane: Axis): number {
  const sums = sumsTogether(kernel);
  const wide = sums > 0 && 2 * sums <= WINDOW_SUMS && typicalValue(lane.extent) % (2 * LANES) === 0;
  return wide ? 2 * LANES : LANES;
}

export const isBatch = (axis: Axis): boolean => dim.constant(axis.extent) === undefined;

function rank(axis: Axis): number {
  const extent = typicalValue(axis.extent);
  return isBatch(axis) ? 1e9 : extent * (extent % 4 === 0 ? 2 : 1);
}

/** True where an element that is computed twice would differ: the kernel reads what it writes. */
function updatesInPlace(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): boolean {
  const loads = loadsIn(kernel.stores.map(({ value }) => value)).map(({ tensor }) => tensor);
  return kernel.stores.some(({ tensor: written }) =>
    loads.some((read) => read === written || sharesMemory(tensorOf(tensors, read), tensorOf(tensors, written))),
  );
}

/** Elements of a sample where the axis counts several of each, else undefined; tiles divide them. */
function elementsOfSample(axis: Axis): number | undefined {
  const [symbol] = dim.symbols(axis.extent);
  const perSample = symbol === undefined ? 1 : (dim.linear(axis.extent, symbol)?.perSample ?? 1);
  return perSample === 1 ? undefined : perSample;
}

/** Tiles whose sums, so many vectors an element, fit the registers of a CPU; they are counted by samples. */
export function possibleTiles(axis: Axis, vectors: number): number[] {
  const perSample = elementsOfSample(axis);
  const extent = perSample ?? typicalValue(axis.extent);
  const most = Math.min(extent, Math.floor(MOST_SUMS / vectors));
  return Array.from({ length: Math.max(0, most - 1) }, (_, i) => i + 2).filter(
    (tile) => perSample === undefined || perSample % tile === 0,
  );
}

/** The smallest tile with which the whole axis takes about the fewest steps; undefined where none can be counted by samples. */
function cheapestTile(axis: Axis, vectors: number, overlap: boolean): number | undefined {
  const extent = elementsOfSample(axis) ?? typicalValue(axis.extent);
  const tiles = possibleTiles(axis, vectors);
  const costs = tiles.map((tile) => {
    const [whole, left] = [Math.floor(extent / tile), extent % tile];
    if (overlap) return Math.ceil(extent / tile) * stepsOf(tile, vectors);
    // Rows that are left over run one by one, in code of their own.
    return whole * stepsOf(tile, vectors) + (left === 0 ? 0 : stepsOf(tile, vectors) + left * stepsOf(1, vectors));
  });
  return tiles.find((_, i) => costs[i] <= ABOUT * Math.min(...costs));
}

/** How long one summand of each element of a tile takes: as long as the busiest of multipliers, sums and loads. */
function stepsOf(tile: number, vectors: number): number {
  return Math.max((tile * vectors) / 2, LATENCY, (tile + vectors) / LOADS);
}

/** At most `rows`. Undefined where tiles of so many of several elements a sample cannot be counted by samples. */
function dividingTile(axis: Axis, rows: number): number | undefined {
  if (rows < 2) return undefined;
  const perSample = elementsOfSample(axis);
  const extent = perSample ?? typicalValue(axis.extent);
  // A short axis whole, if it can be; else a few elements, where some of the last tile's may be left out.
  if (!isBatch(axis) && extent <= rows) return extent;
  const few = Math.min(rows, GPU_FEW);
  const dividing = Array.from({ length: few - 1 }, (_, i) => few - i).find((tile) => extent % tile === 0);
  return dividing ?? (perSample === undefined ? few : undefined);
}
