/**
 * Schedules as data: how a nest becomes loops on a target. Here are the CPU's default choices, and those within a
 * part of several nests, from the nests' structure and sizes alone; nothing here changes what is computed. `schedule-gpu.ts`
 * has the GPU's.
 */
import { dim } from '../dim/dim.ts';
import type { Axis } from '../ops/expr.ts';
import { reductionsIn } from './address.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, laneCandidate, productOf, type Target, vectorisable } from './lanes.ts';
import { typicalValue } from './typical.ts';
import { dependsOn } from './walk.ts';

export interface Schedule {
  /** Axes (blocks of them, where tiled) that number the work items, slowest first. */
  readonly grid: readonly string[];
  /** Axes that a work item loops over, outermost first. */
  readonly serial: readonly string[];
  /** The axis whose elements fill vectors of four, `width` at a time. */
  readonly lane: { readonly axis: string; readonly width: number } | undefined;
  /** Axes of which one work item holds `tile` elements in registers at once. */
  readonly registers: readonly Tile[];
  /** Reduction axes that are written out. */
  readonly unroll: readonly string[];
}

export interface Tile {
  readonly axis: string;
  readonly tile: number;
}

/** Rows of a register tile: with two vectors each they and their operands fit the registers. */
const MOST_ROWS = 4;

const extentOf = (axis: Axis): number => typicalValue(axis.extent);

export function choose(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): Schedule {
  const candidate = laneCandidate(kernel, tensors);
  const lane = candidate && vectorisable(kernel, candidate, tensors, 'wasm') ? candidate : undefined;
  return cpuSchedule(kernel, lane, chooseRegister(kernel, lane, kernel.axes));
}

/** A nest of a part in which several run one after the other: the shared axes number the work items, all others are loops. */
export function chooseWithin(
  kernel: Kernel,
  shared: readonly Axis[],
  tensors: ReadonlyMap<number, Tensor>,
  target: Target,
): Schedule {
  const inner = kernel.axes.slice(shared.length);
  if (kernel.adding) return inOrder(inner, shared);
  const candidate = laneCandidate(kernel, tensors);
  const free = candidate && inner.includes(candidate) && vectorisable(kernel, candidate, tensors, target);
  const lane = free ? candidate : undefined;
  const registers = tilesOf(chooseRegister(kernel, lane, inner));
  const serial = inner.filter((axis) => axis !== lane).map(({ id }) => id);
  const grid = shared.map(({ id }) => id);
  if (!lane) return { grid, serial, lane: undefined, registers, unroll: [] };
  const width = widthOf(kernel, lane);
  return { grid, serial: [lane.id, ...serial], lane: { axis: lane.id, width }, registers, unroll: [] };
}

/** A nest that adds: loops in order, vectors along the last axis, a short axis before it whole in each step. */
function inOrder(inner: readonly Axis[], shared: readonly Axis[]): Schedule {
  const grid = shared.map(({ id }) => id);
  const serial = inner.map(({ id }) => id);
  const [before, last] = inner.slice(-2);
  const width = [2 * LANES, LANES].find((each) => extentOf(last) % each === 0);
  const tile = extentOf(before) <= LANES ? extentOf(before) : undefined;
  return {
    grid,
    serial,
    lane: width === undefined ? undefined : { axis: last.id, width },
    registers: tilesOf(tile === undefined ? undefined : { axis: before.id, tile }),
    unroll: [],
  };
}

/** Enough work items for the threads, long loops inside them; the lanes' blocks outside the other loops, so that a
 * contraction's vector operand stays in the first-level cache while they run. */
function cpuSchedule(kernel: Kernel, lane: Axis | undefined, register: Tile | undefined): Schedule {
  const others = kernel.axes.filter((axis) => axis.id !== lane?.id);
  const grid: string[] = [];
  let items = 1;
  for (const axis of [...others].sort((a, b) => Number(isBatch(b)) - Number(isBatch(a)))) {
    if (items >= 48) break;
    grid.push(axis.id);
    items *= register?.axis === axis.id ? Math.ceil(extentOf(axis) / register.tile) : extentOf(axis);
  }
  const rest = others.filter((axis) => !grid.includes(axis.id)).map((axis) => axis.id);
  const registers = tilesOf(register);
  if (!lane) return { grid, serial: rest, lane: undefined, registers, unroll: [] };
  const width = widthOf(kernel, lane);
  const laneFirst = register !== undefined || sumsTogether(kernel) > 1;
  if (items < 16) grid.push(lane.id);
  const serialLane = grid.includes(lane.id) ? [] : [lane.id];
  return {
    grid,
    serial: laneFirst ? [...serialLane, ...rest] : [...rest, ...serialLane],
    lane: { axis: lane.id, width },
    registers,
    unroll: [],
  };
}

const tilesOf = (register: Tile | undefined): Tile[] => (register ? [register] : []);

const isBatch = (axis: Axis): boolean => dim.constant(axis.extent) === undefined;

/**
 * For a sum of products: an axis that the vector operand does not depend on, so that each of its loads serves a whole
 * tile. The batch is preferred: no guard depends on it, and it is long.
 */
function chooseRegister(kernel: Kernel, lane: Axis | undefined, axes: readonly Axis[]): Tile | undefined {
  const products = reductionsIn(kernel).map((reduction) => productOf(reduction, lane));
  if (products.length === 0 || products.some((p) => p === undefined)) return undefined;
  const rows = Math.floor(MOST_ROWS / sumsTogether(kernel));
  const possible = axes.filter((axis) => {
    if (axis.id === lane?.id || extentOf(axis) < 2 || tileOf(axis, rows) === undefined) return false;
    return products.every((product) => {
      if (product === undefined) return false;
      const shared = lane ? product.varying : product.fixed.slice(0, 1);
      return ![...shared, ...product.conditions].some((expr) => dependsOn(expr, axis));
    });
  });
  const best = possible.reduce<Axis | undefined>(
    (chosen, axis) => (chosen === undefined || rank(axis) > rank(chosen) ? axis : chosen),
    undefined,
  );
  const tile = best && tileOf(best, rows);
  return best && tile !== undefined ? { axis: best.id, tile } : undefined;
}

/** How many sums run over the same axes, and so in one loop: the elements of a pooling window are a tile by themselves. */
function sumsTogether(kernel: Kernel): number {
  const counts = new Map<string, number>();
  for (const { axes } of reductionsIn(kernel)) {
    const key = axes.map(({ id }) => id).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** Two vectors for sums, where that makes no more accumulators than there are registers. */
function widthOf(kernel: Kernel, lane: Axis): number {
  const sums = sumsTogether(kernel);
  return sums > 0 && sums <= MOST_ROWS && extentOf(lane) % (2 * LANES) === 0 ? 2 * LANES : LANES;
}

const rank = (axis: Axis): number => (isBatch(axis) ? 1e9 : extentOf(axis) * (extentOf(axis) % 4 === 0 ? 2 : 1));

/** At most `rows`. Undefined where tiles of so many of several elements a sample cannot be counted by samples. */
function tileOf(axis: Axis, rows: number): number | undefined {
  if (rows < 2) return undefined;
  const [symbol] = dim.symbols(axis.extent);
  const perSample = symbol === undefined ? 1 : (dim.linear(axis.extent, symbol)?.perSample ?? 1);
  const extent = perSample === 1 ? extentOf(axis) : perSample;
  const tiles = [4, 3, 2].filter((tile) => tile <= rows);
  return tiles.find((tile) => extent % tile === 0) ?? (perSample === 1 ? rows : undefined);
}
