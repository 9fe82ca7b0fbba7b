/** Which nests of a part a target runs, in which form and by which schedules: what its loop tree is built from. */
import { accumulateOverBatch } from './accumulate.ts';
import { type Around, NOTHING_AROUND, type Scheduled } from './build-tree.ts';
import { vary } from './choice.ts';
import { axesBefore, type CpuForm, type Part } from './dispatch.ts';
import type { Kernel, Tensor } from './kernel.ts';
import type { Target } from './lanes.ts';
import { mergeAxes, mergeSums } from './merge-axes.ts';
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

export function schedulePart(part: Part, tensors: ReadonlyMap<number, Tensor>, target: Target): ScheduledPart {
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
  const nests = [{ kernel, schedule: vary(kernel, choose(kernel, tensors), part.choices[target]) }];
  return { nests, around: { ...NOTHING_AROUND, outer: blocked?.outer } };
}
