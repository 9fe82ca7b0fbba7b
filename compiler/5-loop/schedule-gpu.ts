/**
 * Schedules for GPUs. A sum of products becomes a tile of the result in an invocation's registers, chosen by what it costs
 * to load its operands (`reuse.ts`): a load is as expensive as several products, on real GPUs and more so on software ones.
 * Neighbouring invocations run along the axis that is contiguous in memory. No workgroup memory: neighbours read the same
 * elements at the same time, which the first-level cache serves, and software adapters pay for every barrier.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { affineAddress, reductionsIn, tensorOf } from './address.ts';
import { coefficientOf } from './affine.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, laneCandidate, productOf, vectorisable } from './lanes.ts';
import { type Box, type Reuse, ReuseCounter } from './reuse.ts';
import type { Schedule, Tile } from './schedule.ts';
import { typicalValue } from './typical.ts';

/** Accumulators of one invocation: more would leave too few registers for others to run beside it. */
const MOST_SUMS = 64;
/** Loads, in elements, and products of one pass through the innermost loop: its code has to fit an instruction cache. */
const MOST_LOADS = 40;
const MOST_PRODUCTS = 256;
/** Invocations below which a GPU is not busy. */
const ENOUGH = 8192;
/** What a load of an element and of four cost, in products; and how much dearer a condition makes them. */
const [LOAD, VECTOR_LOAD, GUARD] = [8, 20, 6];
/** Elements of partial tiles at an axis's end, computed twice, that a tile may have. */
const MOST_WASTE = 1.2;

type Reduce = Extract<Expr, { kind: 'reduce' }>;

interface Candidate {
  readonly width: number;
  readonly tiles: readonly Tile[];
  readonly unroll: readonly string[];
}

export function gpuSchedule(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): Schedule {
  const candidate = laneCandidate(kernel, tensors);
  const lane = candidate && vectorisable(kernel, candidate, tensors, 'wgsl') ? candidate : undefined;
  const reductions = reductionsIn(kernel);
  const products = reductions.every((reduction) => productOf(reduction, lane) !== undefined);
  const best =
    reductions.length > 0 && products
      ? bestTile(kernel, reductions, lane, tensors)
      : { width: 1, tiles: [], unroll: [] };
  const blocks = new Map(best.tiles.map(({ axis, tile }) => [axis, tile]));
  if (best.width > 1 && lane) blocks.set(lane.id, best.width);
  return {
    grid: inMemoryOrder(kernel, tensors, blocks),
    serial: [],
    lane: lane && best.width > 1 ? { axis: lane.id, width: best.width } : undefined,
    registers: best.tiles,
    unroll: best.unroll,
  };
}

/** The axes as the first result has them in memory, the contiguous one last: neighbours write side by side. */
function inMemoryOrder(
  kernel: Kernel,
  tensors: ReadonlyMap<number, Tensor>,
  blocks: ReadonlyMap<string, number>,
): string[] {
  const [store] = kernel.stores;
  const address = affineAddress(tensorOf(tensors, store.tensor), store.indices);
  const step = ({ id, extent }: Axis): number => {
    if (dim.constant(extent) === undefined) return Number.MAX_SAFE_INTEGER;
    return Math.abs(coefficientOf(address, id) ?? 0) * (blocks.get(id) ?? 1);
  };
  return [...kernel.axes].sort((a, b) => step(b) - step(a)).map(({ id }) => id);
}

function bestTile(
  kernel: Kernel,
  reductions: readonly Reduce[],
  lane: Axis | undefined,
  tensors: ReadonlyMap<number, Tensor>,
): Candidate {
  const counter = new ReuseCounter(reductions, kernel.axes, lane, tensors);
  let best: { candidate: Candidate; cost: number } | undefined;
  for (const candidate of candidatesFor(kernel, reductions, lane)) {
    const cost = costOf(candidate, kernel, reductions, lane, counter);
    if (cost !== undefined && (best === undefined || cost < best.cost)) best = { candidate, cost };
  }
  return best?.candidate ?? { width: 1, tiles: [], unroll: [] };
}

/** Cost of a product on the average, in products; undefined for a tile that is too large. */
function costOf(
  { width, tiles, unroll }: Candidate,
  kernel: Kernel,
  reductions: readonly Reduce[],
  lane: Axis | undefined,
  counter: ReuseCounter,
): number | undefined {
  const box = new Map(tiles.map(({ axis, tile }) => [axis, tile]));
  if (lane && width > 1) box.set(lane.id, width);
  for (const { id, extent } of reductions[0].axes) if (unroll.includes(id)) box.set(id, typicalValue(extent));
  const reuse = counter.count(box, width);
  if (reuse.sums > MOST_SUMS || reuse.products > MOST_PRODUCTS) return undefined;
  if (reuse.loads + LANES * reuse.vectorLoads > MOST_LOADS && reuse.products > 1) return undefined;
  const { invocations, waste } = shapeOf(kernel, box);
  return (passCost(reuse) / reuse.products) * waste * Math.max(1, ENOUGH / invocations);
}

const passCost = ({ sums, products, loads, vectorLoads, guarded }: Reuse): number =>
  LOAD * loads + VECTOR_LOAD * vectorLoads + GUARD * guarded + sums + products;

/** How many invocations there are, and how much more they compute than the result has. */
function shapeOf(kernel: Kernel, box: Box): { invocations: number; waste: number } {
  let [invocations, waste] = [1, 1];
  for (const { id, extent } of kernel.axes) {
    const [size, tile] = [typicalValue(extent), box.get(id) ?? 1];
    const blocks = Math.ceil(size / tile);
    invocations *= blocks;
    waste *= (blocks * tile) / size;
  }
  return { invocations, waste };
}

function* candidatesFor(
  kernel: Kernel,
  reductions: readonly Reduce[],
  lane: Axis | undefined,
): Generator<Candidate> {
  const others = kernel.axes.filter((axis) => axis.id !== lane?.id);
  const widths = lane ? [LANES, 2 * LANES].filter((width) => typicalValue(lane.extent) % width === 0) : [1];
  for (const unroll of unrollings(reductions)) {
    for (const width of widths) {
      yield { width, tiles: [], unroll };
      for (const [i, axis] of others.entries()) {
        for (const tile of tilesOf(axis)) {
          yield { width, tiles: [{ axis: axis.id, tile }], unroll };
          for (const second of others.slice(i + 1)) {
            for (const other of tilesOf(second)) {
              const both = [
                { axis: axis.id, tile },
                { axis: second.id, tile: other },
              ];
              if (width * tile * other <= MOST_SUMS) yield { width, tiles: both, unroll };
            }
          }
        }
      }
    }
  }
}

/** Sets of short reduction axes (a convolution's window) that may be written out. */
function unrollings(reductions: readonly Reduce[]): string[][] {
  const [{ axes }] = reductions;
  const same = reductions.every(
    (other) => other.axes.length === axes.length && other.axes.every((axis, i) => axis.id === axes[i].id),
  );
  if (!same) return [[]];
  const short = axes.filter(({ extent }) => (dim.constant(extent) ?? Number.POSITIVE_INFINITY) <= 4);
  return short.reduce<string[][]>((sets, { id }) => [...sets, ...sets.map((set) => [...set, id])], [[]]);
}

/** Tiles that divide an axis well; of the batch, that divide it at all. */
function tilesOf({ extent }: Axis): number[] {
  const fixed = dim.constant(extent);
  const upTo = (most: number): number[] => Array.from({ length: most - 1 }, (_, i) => i + 2);
  if (fixed !== undefined) {
    return upTo(Math.min(fixed, 16)).filter((tile) => (Math.ceil(fixed / tile) * tile) / fixed <= MOST_WASTE);
  }
  const [symbol] = dim.symbols(extent);
  const perSample = dim.linear(extent, symbol)?.perSample ?? 1;
  return perSample === 1 ? [2, 4, 8] : upTo(8).filter((tile) => perSample % tile === 0);
}
