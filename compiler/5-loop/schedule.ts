/**
 * Schedules as data: how a nest becomes loops on a target. Here are the CPU's default choices, and those within a
 * part of several nests, from the nests' structure and sizes alone; nothing here changes what is computed. `schedule-gpu.ts`
 * has the GPU's.
 */
import { dim } from '../dim/dim.ts';
import type { Axis } from '../ops/expr.ts';
import { reductionsIn, tensorOf } from './address.ts';
import { SECOND_LEVEL } from './caches.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, laneCandidate, productOf, type Target, vectorisable } from './lanes.ts';
import { chooseRegister, isBatch, type RegisterTile, sumsTogether, type TileTarget, widthOf } from './register-tile.ts';
import { ALONE } from './teams.ts';
import { typicalValue } from './typical.ts';
import { dependsOn } from './walk.ts';

export interface Schedule {
  /** Axes (blocks of them, where tiled) that number the work items, slowest first. */
  readonly grid: readonly string[];
  /** Axes that a work item loops over, outermost first. */
  readonly serial: readonly string[];
  /** The axis whose elements fill vectors of four, `width` at a time. */
  readonly lane: { readonly axis: string; readonly width: number } | undefined;
  /** Axes of which one work item holds `tile` elements in registers at once; one on the CPU. */
  readonly registers: readonly RegisterTile[];
  /** Reduction axes that are written out. */
  readonly unroll: readonly string[];
  /** WGSL: how many invocations may share a work item's sums (`teams.ts`); 1 elsewhere. */
  readonly team: number;
  /** Invocations that keep a large GPU busy with a typical batch, those of teams counted; 0 where there are none. */
  readonly spread: number;
}

const extentOf = (axis: Axis): number => typicalValue(axis.extent);

/** `few`: for batches that have no tile's samples. Tiles lie along an image then, along its rows if all is one. */
export function choose(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>, few = false): Schedule {
  const candidate = laneCandidate(kernel, tensors);
  const lane = candidate && vectorisable(kernel, candidate, tensors, 'wasm') ? candidate : undefined;
  const axes = few ? kernel.axes.filter((axis) => !isBatch(axis)).reverse() : kernel.axes;
  const target = tileTarget(kernel, lane, 'wasm');
  const inside = few ? undefined : chooseRegister(kernel, axes, tensors, target);
  const register = inside ?? chooseRegister(kernel, axes, tensors, { ...target, borders: true });
  return cpuSchedule(kernel, lane, register, few, tensors);
}

/** A nest of a part in which several run one after the other: the shared axes number the work items, all others are loops. */
export function chooseWithin(
  kernel: Kernel,
  shared: readonly Axis[],
  tensors: ReadonlyMap<number, Tensor>,
  target: Target,
): Schedule {
  const inner = kernel.axes.slice(shared.length);
  if (kernel.appending) return inOrder(inner, shared, false);
  if (kernel.adding) return inOrder(inner, shared, true);
  const candidate = laneCandidate(kernel, tensors);
  const free = candidate && inner.includes(candidate) && vectorisable(kernel, candidate, tensors, target);
  const lane = free ? candidate : undefined;
  const register = chooseRegister(kernel, inner, tensors, tileTarget(kernel, lane, target));
  const serial = inner.filter((axis) => axis !== lane).map(({ id }) => id);
  const grid = shared.map(({ id }) => id);
  const registers = tilesOf(register);
  if (!lane) return { grid, serial, lane: undefined, registers, unroll: [], ...ALONE };
  const width = widthOf(kernel, lane);
  // What lanes read of a contraction is read again for each element of the other axes; anything else goes along memory.
  const sums = reductionsIn(kernel).length > 0;
  const order = sums ? [lane.id, ...serial] : [...serial, lane.id];
  return { grid, serial: order, lane: { axis: lane.id, width }, registers, unroll: [], ...ALONE };
}

/** Loops in order; of a nest that adds vectors along the last axis, a short axis before it whole in each step. */
function inOrder(inner: readonly Axis[], shared: readonly Axis[], inVectors: boolean): Schedule {
  const grid = shared.map(({ id }) => id);
  const serial = inner.map(({ id }) => id);
  if (!inVectors) return { grid, serial, lane: undefined, registers: [], unroll: [], ...ALONE };
  const [before, last] = inner.slice(-2);
  const width = [2 * LANES, LANES].find((each) => extentOf(last) % each === 0);
  const tile = extentOf(before) <= LANES ? extentOf(before) : undefined;
  return {
    grid,
    serial,
    lane: width === undefined ? undefined : { axis: last.id, width },
    registers: tilesOf(tile === undefined ? undefined : { axis: before.id, tile, overlap: false }),
    unroll: [],
    ...ALONE,
  };
}

function tileTarget(kernel: Kernel, lane: Axis | undefined, target: Target): TileTarget {
  return { lane: lane && { axis: lane, width: widthOf(kernel, lane) }, cpu: target === 'wasm' };
}

/** Work items that keep the threads busy to the end. */
const ENOUGH = 24;
/** The same of a batch of one, */
const ENOUGH_OF_SAMPLE = 8;
/** whose work items have so many steps at least. */
const WORTH = 1 << 13;
/** Bytes that stay in the first-level cache while other operands pass through it. */
const STAYS = 1 << 14;

/**
 * A contraction's loops: samples outside, then the lanes' blocks, so that what the lanes read of one stays in the first-level
 * cache while all others run; or innermost, where all of it stays there. Any other nest's: vectors innermost, along memory.
 * The outer loops number the work items, until these are enough for the threads.
 */
function cpuSchedule(
  kernel: Kernel,
  lane: Axis | undefined,
  register: RegisterTile | undefined,
  few: boolean,
  tensors: ReadonlyMap<number, Tensor>,
): Schedule {
  const others = kernel.axes.filter((axis) => axis !== lane);
  const batch = others.filter(isBatch);
  const rest = others.filter((axis) => !isBatch(axis));
  const contraction = register !== undefined || sumsTogether(kernel) > 1;
  const panels = contraction && lane !== undefined && keepsPanel(kernel, lane, rest);
  const lanes = lane ? [lane] : [];
  const far = contraction && lane !== undefined && !few && weightsAreFar(kernel, lane, tensors);
  const samplesFirst = panels ? [...batch, ...lanes, ...rest] : [...batch, ...rest, ...lanes];
  const order = far ? [...lanes, ...rest, ...batch] : samplesFirst;
  const width = lane && widthOf(kernel, lane);
  const blocks = (axis: Axis): number => {
    const block = axis === lane ? (width ?? 1) : axis.id === register?.axis ? register.tile : 1;
    return few && isBatch(axis) ? 1 : Math.ceil(extentOf(axis) / block);
  };
  let [items, ofSample] = [1, 1];
  let outer = 0;
  const isEnough = (): boolean =>
    items >= ENOUGH && (ofSample >= ENOUGH_OF_SAMPLE || stepsOf(kernel, order.slice(outer + 1)) < WORTH);
  for (; outer < order.length && !isEnough(); outer++) {
    const axis = order[outer];
    items *= blocks(axis);
    if (!isBatch(axis)) ofSample *= blocks(axis);
  }
  const ids = order.map(({ id }) => id);
  return {
    grid: ids.slice(0, outer),
    serial: ids.slice(outer),
    lane: lane && width !== undefined ? { axis: lane.id, width } : undefined,
    registers: tilesOf(register),
    unroll: [],
    ...ALONE,
  };
}

/** Steps of a nest's sums, or results, over some of its axes. */
function stepsOf(kernel: Kernel, axes: readonly Axis[]): number {
  const product = (all: readonly Axis[]): number => all.reduce((steps, axis) => steps * extentOf(axis), 1);
  const sums = reductionsIn(kernel).map((sum) => product(sum.axes));
  return product(axes) * Math.max(1, ...sums);
}

const tilesOf = (register: RegisterTile | undefined): RegisterTile[] => (register ? [register] : []);

/**
 * True where what the lanes read does not stay in the second-level cache, but what all samples have does: a layer late in a
 * network. Then each block of lanes is gone through once, for all samples.
 */
function weightsAreFar(kernel: Kernel, lane: Axis, tensors: ReadonlyMap<number, Tensor>): boolean {
  const size = ({ tensor }: { tensor: number }): number => typicalValue(dim.product(tensorOf(tensors, tensor).shape));
  return reductionsIn(kernel).some((sum) => {
    const product = productOf(sum, lane);
    if (!product) return false;
    return (
      product.varying.some((load) => size(load) > SECOND_LEVEL) &&
      product.fixed.every((load) => size(load) <= SECOND_LEVEL)
    );
  });
}

/** True where what the lanes of a sum of products read is read again along another axis, and too much to stay as a whole. */
function keepsPanel(kernel: Kernel, lane: Axis, rest: readonly Axis[]): boolean {
  return reductionsIn(kernel).some((sum) => {
    const varying = productOf(sum, lane)?.varying ?? [];
    const again = rest.some((axis) => extentOf(axis) > 1 && !varying.some((load) => dependsOn(load, axis)));
    const summands = sum.axes.reduce((product, axis) => product * extentOf(axis), 1);
    return again && 4 * summands * extentOf(lane) > STAYS;
  });
}
