/**
 * Schedules for GPUs. A sum becomes a tile of the result in an invocation's registers, chosen by what it costs to load its
 * operands (`reuse.ts`): a load is as expensive as several products, on real GPUs and more so on software ones.
 * Neighbouring invocations run along the axis that is contiguous in memory. There is no workgroup memory: neighbours read
 * the same elements at the same time, which the first-level cache serves, and a software adapter pays dearly for barriers.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { affineAddress, reductionsIn, tensorOf } from './address.ts';
import { coefficientOf } from './affine.ts';
import { candidatesFor, type TileCandidate } from './gpu-candidates.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, laneCandidate, vectorisable } from './lanes.ts';
import { type Reuse, ReuseCounter } from './reuse.ts';
import type { Schedule } from './schedule.ts';
import { typicalValue } from './typical.ts';
import { children } from './walk.ts';

/** Accumulators of one invocation: more would leave too few registers for others to run beside it. */
export const MOST_SUMS = 64;
/** Loads, in elements, and products of one pass through the innermost loop: its code has to fit an instruction cache. */
const MOST_LOADS = 40;
const MOST_PRODUCTS = 256;
/** Invocations below which a GPU is not busy, and what a workgroup has of them. */
const ENOUGH = 8192;
export const WORKGROUP = 64;
/** What a load of an element and of four cost, in products; and how much dearer a condition makes them. */
const [LOAD, VECTOR_LOAD, GUARD] = [8, 20, 6];

type Reduce = Extract<Expr, { kind: 'reduce' }>;

export function gpuSchedule(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): Schedule {
  const candidate = laneCandidate(kernel, tensors);
  const lane = candidate && vectorisable(kernel, candidate, tensors, 'wgsl') ? candidate : undefined;
  const reductions = reductionsIn(kernel);
  const sums = reductions.length > 0 && reductions.every(isPlainSum);
  const { width, tiles, unroll } = sums ? bestTile(kernel, reductions, lane, tensors) : untiled(lane);
  const blocks = new Map(tiles.map(({ axis, tile }) => [axis, tile]));
  if (lane) blocks.set(lane.id, width);
  return {
    grid: inMemoryOrder(kernel, tensors, blocks),
    serial: [],
    lane: lane && { axis: lane.id, width },
    registers: tiles,
    unroll,
  };
}

/** A nest of a wide stack: a work item's invocations divide the axes after the shared ones among them. */
export function wideSchedule(kernel: Kernel, shared: readonly Axis[], tensors: ReadonlyMap<number, Tensor>): Schedule {
  const inner = kernel.axes.slice(shared.length);
  const candidate = laneCandidate(kernel, tensors);
  const free = candidate && inner.includes(candidate) && vectorisable(kernel, candidate, tensors, 'wgsl');
  const lane = free ? { axis: candidate.id, width: LANES } : undefined;
  const order = inMemoryOrder(kernel, tensors, new Map(lane ? [[lane.axis, lane.width]] : []));
  const serial = order.filter((id) => inner.some((axis) => axis.id === id));
  return { grid: shared.map(({ id }) => id), serial, lane, registers: [], unroll: [] };
}

const untiled = (lane: Axis | undefined): TileCandidate => ({ width: lane ? LANES : 1, tiles: [], unroll: [] });

/** A sum with no other fold inside. */
function isPlainSum({ combine, body }: Reduce): boolean {
  return combine === 'sum' && !containsReduction(body);
}

const containsReduction = (expr: Expr): boolean => expr.kind === 'reduce' || children(expr).some(containsReduction);

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
): TileCandidate {
  const counter = new ReuseCounter(reductions, kernel.axes, lane, tensors);
  let best: TileCandidate = untiled(lane);
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidatesFor(kernel, reductions, lane, MOST_SUMS)) {
    const box = boxOf(candidate, reductions, lane);
    const reuse = counter.count(box, candidate.width);
    if (reuse.products > 1 && isTooLarge(reuse, candidate)) continue;
    const cost = costOf(kernel, reductions, box, reuse);
    if (cost >= least) continue;
    least = cost;
    best = candidate;
  }
  return best;
}

function boxOf({ width, tiles, unroll }: TileCandidate, reductions: readonly Reduce[], lane: Axis | undefined) {
  const box = new Map(tiles.map(({ axis, tile }) => [axis, tile]));
  if (lane) box.set(lane.id, width);
  for (const { id, extent } of reductions[0].axes) if (unroll.includes(id)) box.set(id, typicalValue(extent));
  return box;
}

function isTooLarge({ sums, products, loads, vectorLoads }: Reuse, { tiles, unroll, width }: TileCandidate): boolean {
  // The smallest tile of all is always possible.
  if (tiles.length === 0 && unroll.length === 0 && width <= LANES) return false;
  return sums > MOST_SUMS || products > MOST_PRODUCTS || loads + LANES * vectorLoads > MOST_LOADS;
}

/** How long a whole GPU is busy, in products. */
function costOf(
  kernel: Kernel,
  reductions: readonly Reduce[],
  box: ReadonlyMap<string, number>,
  { sums, products, loads, vectorLoads, guarded }: Reuse,
): number {
  const blocks = ({ id, extent }: Axis): number => Math.ceil(typicalValue(extent) / (box.get(id) ?? 1));
  const count = (axes: readonly Axis[]): number => axes.reduce((product, axis) => product * blocks(axis), 1);
  const pass = LOAD * loads + VECTOR_LOAD * vectorLoads + GUARD * guarded + sums + products;
  const passes = Math.max(...reductions.map(({ axes }) => count(axes)));
  return passes * pass * Math.max(count(kernel.axes), ENOUGH);
}
