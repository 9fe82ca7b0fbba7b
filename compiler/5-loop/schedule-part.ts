/** Which nests of a part a target runs, in which form and by which schedules: what its loop tree is built from. */
import { accumulateOverBatch } from './accumulate.ts';
import type { Around, Scheduled } from './build-tree.ts';
import { axesBefore, type CpuForm, type Part } from './dispatch.ts';
import type { Tensor } from './kernel.ts';
import type { Target } from './lanes.ts';
import { choose, chooseWithin } from './schedule.ts';
import { gpuSchedule } from './schedule-gpu.ts';
import { splitLongAxis } from './split-axes.ts';
import { unrollWindows } from './unroll-windows.ts';

export interface ScheduledPart {
  readonly nests: readonly Scheduled[];
  readonly around: Around;
}

/** The nests that a part means for a target, and the axes that these share. */
export function formFor(part: Part, target: Target): CpuForm {
  return target === 'wasm' && part.cpu ? part.cpu : { ...part, repeat: undefined };
}

export function schedulePart(part: Part, tensors: ReadonlyMap<number, Tensor>, target: Target): ScheduledPart {
  const form = formFor(part, target);
  if (form.shared.length > 0) {
    const grid = form.shared.map(({ id }) => id);
    const nests = form.nests.map(unrollWindows).map((kernel, i) => {
      const schedule = chooseWithin(kernel, axesBefore(form, i), tensors, target);
      return { kernel, schedule: { ...schedule, grid } };
    });
    return { nests, around: { outer: undefined, repeat: form.repeat } };
  }
  const unrolled = unrollWindows(form.nests[0]);
  const kernel = target === 'wasm' ? splitLongAxis(unrolled) : unrolled;
  const schedule = target === 'wasm' ? choose(kernel, tensors) : gpuSchedule(kernel, tensors);
  const blocked = target === 'wasm' ? accumulateOverBatch(kernel) : undefined;
  const nests = [{ kernel: blocked?.kernel ?? kernel, schedule }];
  return { nests, around: { outer: blocked?.outer, repeat: undefined } };
}
