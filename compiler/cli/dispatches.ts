/**
 * A compiled program as the list of its dispatches: what the plan says of each beside the parts that it was printed from, and
 * what those cost. Reads the compiler's results, decides nothing.
 */
import type { KernelSpec, ModuleSpec, ProgramName } from '../../runtime/program.ts';
import { bytesPerElement } from '../../runtime/session/buffers.ts';
import type { Partition } from '../4-fuse/group.ts';
import { tensorOf } from '../5-loop/address.ts';
import { type Cost, costOf } from '../5-loop/cost.ts';
import type { DispatchProgram, Part } from '../5-loop/dispatch.ts';
import type { Tensor } from '../5-loop/kernel.ts';
import type { Target } from '../5-loop/lanes.ts';
import { formFor } from '../5-loop/schedule-part.ts';
import { storageElement } from '../6-target/bindings.ts';
import type { CompilationUnit } from '../compilation.ts';

export interface PlannedDispatch {
  /** Its place in the program, from 0. */
  readonly number: number;
  readonly spec: KernelSpec;
  readonly parts: readonly Part[];
  /** The program that it is of, where its tensors are found. */
  readonly program: DispatchProgram;
  /** The graph that the program was made from, with what became a kernel. */
  readonly partition: Partition;
}

/** A unit's plan. Throws where the pipeline has not come so far. */
export function planOf(unit: CompilationUnit): ModuleSpec {
  if (!unit.spec) throw new Error(`${unit.name} has no plan`);
  return unit.spec;
}

/** In the order in which they run. */
export function dispatchesOf(unit: CompilationUnit, name: ProgramName): PlannedDispatch[] {
  const plan = planOf(unit);
  const planned = unit.dispatches.flatMap(({ program, value, partition }) =>
    program === name
      ? value.dispatches.map(({ parts }) => ({ parts, program: value, partition: unit.partitions[partition].value }))
      : [],
  );
  return plan.programs[name].kernels.map((kernel, number) => ({
    ...planned[number],
    number,
    spec: plan.kernels[kernel],
  }));
}

/** What a dispatch costs, in the units that devices are measured in. */
export interface Work {
  readonly flops: number;
  readonly macs: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Of a dispatch's parts, or of some of them; what several of them read counts once. */
export function workOf(
  parts: readonly Part[],
  tensors: ReadonlyMap<number, Tensor>,
  batch: number,
  target: Target,
): Work {
  const run = parts.filter(({ only }) => only === undefined || only === target);
  const nests = run.flatMap((part) => formFor(part, target).nests);
  const { flops, macs, reads, writes } = costOf(nests, tensors, batch);
  return { flops, macs, bytesRead: bytesOf(reads, tensors), bytesWritten: bytesOf(writes, tensors) };
}

/** Without memory of a thread's own. */
function bytesOf(elements: Cost['reads'], tensors: ReadonlyMap<number, Tensor>): number {
  const shared = [...elements].map(([id, count]) => ({ tensor: tensorOf(tensors, id), count }));
  return shared
    .filter(({ tensor }) => tensor.place.kind !== 'local')
    .reduce((sum, { tensor, count }) => sum + count * bytesPerElement(storageElement(tensor)), 0);
}

export function totalWork(works: readonly Work[]): Work {
  return works.reduce(
    (a, b) => ({
      flops: a.flops + b.flops,
      macs: a.macs + b.macs,
      bytesRead: a.bytesRead + b.bytesRead,
      bytesWritten: a.bytesWritten + b.bytesWritten,
    }),
    { flops: 0, macs: 0, bytesRead: 0, bytesWritten: 0 },
  );
}
