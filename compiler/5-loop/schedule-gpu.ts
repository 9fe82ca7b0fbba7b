/**
 * Schedules for GPUs. An invocation computes a tile of the result in its registers, which `gpu-tiles.ts` chooses.
 * Neighbouring invocations run along the axis that is contiguous in memory. Operands do not go through workgroup memory:
 * neighbours read the same elements at the same time, which the first-level cache serves. Sums of a team do (`teams.ts`).
 */
import type { Axis } from '../ops/expr.ts';
import { inMemoryOrder } from './address.ts';
import type { Part } from './dispatch.ts';
import { bestTile } from './gpu-tiles.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, laneCandidate, vectorisable } from './lanes.ts';
import type { Schedule } from './schedule.ts';
import { ALONE } from './teams.ts';

/** With the choice's limit to the results of one invocation. */
export function gpuSchedule(
  kernel: Kernel,
  tensors: ReadonlyMap<number, Tensor>,
  { choices, single }: Pick<Part, 'choices' | 'single'>,
): Schedule {
  const { lane, tile: best, teams } = bestTile(kernel, tensors, { mostSums: choices.wgsl.tile, single });
  const { width, tiles, unroll } = best;
  const blocks = new Map(tiles.map(({ axis, tile }) => [axis, tile]));
  if (lane) blocks.set(lane.id, width);
  return {
    grid: inMemoryOrder(kernel, tensors, blocks).map(({ id }) => id),
    serial: [],
    lane: lane && { axis: lane.id, width },
    registers: tiles,
    unroll,
    ...teams(),
  };
}

/** A nest of a wide stack: a work item's invocations divide the axes after the shared ones among them. */
export function wideSchedule(kernel: Kernel, shared: readonly Axis[], tensors: ReadonlyMap<number, Tensor>): Schedule {
  const inner = kernel.axes.slice(shared.length);
  const candidate = laneCandidate(kernel, tensors);
  const free = candidate && inner.includes(candidate) && vectorisable(kernel, candidate, tensors, 'wgsl');
  const lane = free ? { axis: candidate.id, width: LANES } : undefined;
  const order = inMemoryOrder(kernel, tensors, new Map(lane ? [[lane.axis, lane.width]] : []));
  const serial = order.filter((axis) => inner.includes(axis)).map(({ id }) => id);
  return { grid: shared.map(({ id }) => id), serial, lane, registers: [], unroll: [], ...ALONE };
}
