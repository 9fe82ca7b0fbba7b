/**
 * A compiled program as the list of its dispatches: what the plan says of each beside the nests that it was printed from, and
 * what those cost. Reads the compiler's results, decides nothing.
 */

import type { KernelSpec, ModuleSpec, ProgramName } from '../../runtime/program.ts';
import { bytesPerElement } from '../../runtime/session/buffers.ts';
import type { Partition } from '../4-fuse/group.ts';
import { tensorOf } from '../5-loop/address.ts';
import { type Cost, costOf } from '../5-loop/cost.ts';
import type { Kernel, LoopProgram, Tensor } from '../5-loop/kernel.ts';
import { storageElement } from '../6-target/bindings.ts';
import type { CompilationUnit } from '../compilation.ts';

export interface Dispatch {
  /** Its place in the program, from 0. */
  readonly number: number;
  readonly spec: KernelSpec;
  readonly nests: readonly Kernel[];
  /** Where the nests' tensors are found. */
  readonly loops: LoopProgram;
  /** The graph that they were made from, with what became a kernel. */
  readonly partition: Partition;
}

/** A unit's plan. Throws where the pipeline has not come so far. */
export function planOf(unit: CompilationUnit): ModuleSpec {
  if (!unit.spec) throw new Error(`${unit.name} has no plan`);
  return unit.spec;
}

/** In the order in which they run. */
export function dispatchesOf(unit: CompilationUnit, program: ProgramName): Dispatch[] {
  const plan = planOf(unit);
  const parts = unit.loops.flatMap(({ program: of, value }, part) =>
    of === program
      ? value.kernels.map((kernel) => ({ kernel, loops: value, partition: unit.partitions[part].value }))
      : [],
  );
  return plan.programs[program].kernels.map((index, number) => {
    const { kernel, loops, partition } = parts[number];
    return { number, spec: plan.kernels[index], nests: [kernel], loops, partition };
  });
}

/** What a dispatch costs, in the units that devices are measured in. */
export interface Work {
  readonly flops: number;
  readonly macs: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export function workOf({ nests, loops }: Dispatch, batch: number): Work {
  const { flops, macs, reads, writes } = costOf(nests, loops.tensors, batch);
  return { flops, macs, bytesRead: bytesOf(reads, loops.tensors), bytesWritten: bytesOf(writes, loops.tensors) };
}

function bytesOf(elements: Cost['reads'], tensors: ReadonlyMap<number, Tensor>): number {
  return [...elements].reduce(
    (sum, [id, count]) => sum + count * bytesPerElement(storageElement(tensorOf(tensors, id))),
    0,
  );
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
