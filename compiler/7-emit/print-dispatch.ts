/**
 * Prints dispatches for both targets, equal ones once: inference, evaluation and training share most layers, and printing is
 * most of the compiler's work.
 */
import type { TaskCount } from '../../runtime/program.ts';
import { buildTree } from '../5-loop/build-tree.ts';
import { type Dispatch, labelOfDispatch, type Part } from '../5-loop/dispatch.ts';
import type { Tensor } from '../5-loop/kernel.ts';
import type { Target } from '../5-loop/lanes.ts';
import { WORKGROUP } from '../5-loop/schedule-gpu.ts';
import { schedulePart } from '../5-loop/schedule-part.ts';
import type { LoopTree } from '../5-loop/tree.ts';
import type { Bindings } from '../6-target/bindings.ts';
import type { FunctionCode } from '../6-target/wasm/assembler.ts';
import { type Batches, emitKernel } from '../6-target/wasm/emit-kernel.ts';
import { emitWgsl, type WgslPart } from '../6-target/wgsl/emit-kernel.ts';
import { dispatchKey } from './dispatch-key.ts';

export interface PrintedDispatch {
  readonly wgsl: string;
  readonly parts: readonly PrintedPart[];
}

/** The parts in their order, then those that take the place of some of them for small batches on the CPU. */
export interface PrintedPart {
  readonly label: string;
  readonly tasks: TaskCount;
  /** Whether a thread should take its share of them at once. */
  readonly together: boolean;
  readonly invocations: TaskCount;
  /** Its name is the caller's to give. */
  readonly code: FunctionCode;
}

const NONE: TaskCount = { count: 0, block: 0 };
/** What a target does of a part that it has no use for. */
const NOTHING: LoopTree = {
  outer: undefined,
  grid: [],
  sections: [],
  repeat: undefined,
  tasks: NONE,
  workgroup: false,
};

export class DispatchPrinter {
  readonly #printed = new Map<string, PrintedDispatch>();
  readonly #uniforms: readonly string[];

  constructor(uniforms: readonly string[]) {
    this.#uniforms = uniforms;
  }

  print(dispatch: Dispatch, tensors: ReadonlyMap<number, Tensor>, bindings: Bindings): PrintedDispatch {
    const key = dispatchKey(dispatch, tensors, bindings);
    const printed = this.#printed.get(key) ?? printDispatch(dispatch, tensors, bindings, this.#uniforms);
    this.#printed.set(key, printed);
    return printed;
  }
}

function printDispatch(
  dispatch: Dispatch,
  tensors: ReadonlyMap<number, Tensor>,
  bindings: Bindings,
  uniforms: readonly string[],
): PrintedDispatch {
  const trees: WgslPart[] = [];
  const onCpu = (part: Part, batches: Batches, invocations: TaskCount): PrintedPart => {
    const tree = part.only === 'wgsl' ? NOTHING : treeOf(part, tensors, 'wasm');
    const { label } = part;
    const code = emitKernel('', tree, tensors, bindings, uniforms, batches);
    return { label, tasks: tree.tasks, together: tree.outer !== undefined, invocations, code };
  };
  const usual = dispatch.parts.map((part): PrintedPart => {
    const gpu = part.only === 'wasm' ? undefined : treeOf(part, tensors, 'wgsl');
    if (gpu) trees.push({ label: part.label, tree: gpu });
    return onCpu(part, { least: part.least, below: undefined }, gpu ? invocationsOf(gpu) : NONE);
  });
  const small = dispatch.parts
    .filter(({ cpu, least }) => cpu && least > 1)
    .map((part): PrintedPart => {
      const label = `${part.label}: fewer than ${part.least}`;
      return onCpu({ ...part, label, cpu: undefined }, { least: 1, below: part.least }, NONE);
    });
  const parts = [...usual, ...small];
  return { wgsl: emitWgsl(labelOfDispatch(dispatch), trees, tensors, bindings, uniforms), parts };
}

function invocationsOf({ tasks, workgroup }: LoopTree): TaskCount {
  return workgroup ? { ...tasks, count: WORKGROUP * tasks.count } : tasks;
}

function treeOf(part: Part, tensors: ReadonlyMap<number, Tensor>, target: Target): LoopTree {
  const { nests, around } = schedulePart(part, tensors, target);
  return buildTree(nests, tensors, target, around);
}
