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
import { shareLoops } from './share-loops.ts';
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

/** How the CPU runs a part: batches of at least `least` samples, and smaller ones, where these are run in another way. */
export interface ByBatch {
  readonly least: number;
  readonly enough: ScheduledPart;
  /** With the part as these take it. */
  readonly few: (ScheduledPart & { readonly part: Part }) | undefined;
}

/** Forms that are worth a preparation, and tiles of several samples, are not for few. */
export function scheduleByBatch(part: Part, tensors: ReadonlyMap<number, Tensor>): ByBatch {
  const { cpu, only, least } = part;
  const enough = schedulePart(part, tensors, 'wasm');
  // A form without shared axes is the same nest with other operands.
  const prepared = cpu && cpu.shared.length > 0;
  const few = (): ByBatch['few'] => {
    const plain = prepared ? { ...part, cpu: undefined } : part;
    return { ...schedulePart(plain, tensors, 'wasm', true), part: plain };
  };
  // What only prepares for a form has nothing to do where that isn't run.
  if (only) return { least, enough, few: undefined };
  if (prepared) return { least, enough, few: least > 1 ? few() : undefined };
  const tile = tileOfSamples(enough);
  const other = tile === undefined ? undefined : few();
  if (tile === undefined || other?.nests[0]?.schedule.registers.length === 0)
    return { least: 1, enough, few: undefined };
  const nests = enough.nests.map(({ kernel, schedule }): Scheduled => {
    const registers = schedule.registers.map((register): RegisterTile => ({ ...register, filled: true }));
    return { kernel, schedule: { ...schedule, registers } };
  });
  return { least: tile, enough: { ...enough, nests }, few: other };
}

/** The samples of a register tile, which a batch of fewer does not fill; undefined where tiles have none, or may end before. */
function tileOfSamples({ nests }: ScheduledPart): number | undefined {
  const [{ kernel, schedule }, ...others] = nests;
  const [register] = schedule.registers;
  const axis = kernel.axes.find(({ id }) => id === register?.axis);
  return others.length === 0 && axis && isBatch(axis) && register.overlap ? register.tile : undefined;
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
  const unrolled = shareLoops(unrollWindows(form.nests[0]));
  if (target === 'wgsl') {
    const nests = [{ kernel: unrolled, schedule: gpuSchedule(unrolled, tensors, part) }];
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
