/** Which nests of a part a target runs, in which form and by which schedules: what its loop tree is built from. */
import { accumulateOverBatch } from './accumulate.ts';
import { type Around, NOTHING_AROUND, type Scheduled } from './build-tree.ts';
import { vary } from './choice.ts';
import { axesBefore, type CpuForm, type Part } from './dispatch.ts';
import type { Kernel, Tensor } from './kernel.ts';
import type { Target } from './lanes.ts';
import { mergeAxes, mergeSums } from './merge-axes.ts';
import { isBatch, type RegisterTile } from './register-tile.ts';
import { choose, chooseWithin } from './schedule.ts';
import { gpuSchedule, wideSchedule } from './schedule-gpu.ts';
import { splitLongAxis } from './split-axes.ts';
import { sumBySample } from './sum-by-sample.ts';
import { unrollWindows } from './unroll-windows.ts';

export interface ScheduledPart {
  readonly nests: readonly Scheduled[];
  readonly around: Around;
}

/** The nests that a part means for a target, and the axes that these share. */
export function formFor(part: Part, target: Target): CpuForm {
  return (target === 'wasm' ? part.cpu : part.gpu) ?? { ...part, repeat: undefined };
}

/**
 * The batch from which on a part is run as it is scheduled, on the CPU: fewer samples are run in another way, as a form that is
 * worth a preparation, or tiles of several samples, are not for them. 1: it runs any batch.
 */
export function leastBatch(part: Part, tensors: ReadonlyMap<number, Tensor>): number {
  if (part.cpu || part.only) return part.least;
  const [{ kernel, schedule }, ...others] = schedulePart(part, tensors, 'wasm').nests;
  const [register] = schedule.registers;
  const axis = kernel.axes.find(({ id }) => id === register?.axis);
  if (others.length > 0 || part.nests.length > 1 || !axis || !isBatch(axis) || !register.overlap) return 1;
  return choose(kernel, tensors, true).registers.length > 0 ? register.tile : 1;
}

/** The part as it is run for fewer samples than that, and for more. */
export function scheduleForBatch(
  part: Part,
  tensors: ReadonlyMap<number, Tensor>,
  batch: 'few' | 'enough',
): ScheduledPart {
  if (batch === 'few') return schedulePart({ ...part, cpu: undefined }, tensors, 'wasm', true);
  const scheduled = schedulePart(part, tensors, 'wasm');
  if (part.cpu || leastBatch(part, tensors) === 1) return scheduled;
  const nests = scheduled.nests.map(({ kernel, schedule }): Scheduled => {
    const registers = schedule.registers.map((register): RegisterTile => ({ ...register, filled: true }));
    return { kernel, schedule: { ...schedule, registers } };
  });
  return { ...scheduled, nests };
}

export function schedulePart(
  part: Part,
  tensors: ReadonlyMap<number, Tensor>,
  target: Target,
  few = false,
): ScheduledPart {
  const form = formFor(part, target);
  if (target === 'wgsl' && part.wide) {
    const nests = form.nests.map(unrollWindows);
    return {
      nests: nests.map((kernel) => ({ kernel, schedule: wideSchedule(kernel, form.shared, tensors) })),
      around: { ...NOTHING_AROUND, workgroup: true },
    };
  }
  if (form.shared.length > 0) {
    const grid = form.shared.map(({ id }) => id);
    const unrolled = form.nests.map(unrollWindows);
    const joined = target === 'wasm' ? unrolled.map((kernel) => mergeSums(kernel, tensors)) : unrolled;
    const nests = joined.map((kernel, i) => {
      const chosen = chooseWithin(kernel, axesBefore(form, i), tensors, target);
      const schedule = vary(kernel, chosen, part.choices[target]);
      return { kernel, schedule: { ...schedule, grid } };
    });
    return { nests, around: { ...NOTHING_AROUND, repeat: form.repeat } };
  }
  const unrolled = unrollWindows(form.nests[0]);
  if (target === 'wgsl') {
    const nests = [{ kernel: unrolled, schedule: gpuSchedule(unrolled, tensors, part.choices.wgsl) }];
    return { nests, around: NOTHING_AROUND };
  }
  const join = (kernel: Kernel): Kernel => splitLongAxis(mergeAxes(kernel, tensors));
  const joined = join(unrolled);
  const blocked = accumulateOverBatch(joined);
  const bySample = sumBySample(unrolled);
  const kernel = blocked?.kernel ?? (bySample === unrolled ? joined : join(bySample));
  const schedule = vary(kernel, choose(kernel, tensors, few), part.choices[target]);
  const nests = [{ kernel, schedule }];
  return { nests, around: { ...NOTHING_AROUND, outer: blocked?.outer } };
}
