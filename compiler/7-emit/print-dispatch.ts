/**
 * Prints dispatches for both targets, equal ones once: inference, evaluation and training share most layers, and printing is
 * most of the compiler's work.
 */
import type { TaskCount } from '../../runtime/program.ts';
import { buildTree } from '../5-loop/build-tree.ts';
import { type Dispatch, labelOfDispatch, type Part } from '../5-loop/dispatch.ts';
import type { Tensor } from '../5-loop/kernel.ts';
import type { Target } from '../5-loop/lanes.ts';
import { type ScheduledPart, scheduleByBatch, schedulePart } from '../5-loop/schedule-part.ts';
import { WORKGROUP } from '../5-loop/teams.ts';
import type { LoopTree } from '../5-loop/tree.ts';
import { type Bindings, bindingsOf } from '../6-target/bindings.ts';
import type { FunctionCode } from '../6-target/wasm/assembler.ts';
import { emitKernel } from '../6-target/wasm/emit-kernel.ts';
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
  /** The batches for which the CPU runs it: from `least` on, and where `below` is not 0 up to it. */
  readonly least: number;
  readonly below: number;
  /** Whether a thread should take its share of them at once. */
  readonly together: boolean;
  readonly invocations: TaskCount;
  readonly team: number;
  readonly spread: number;
  /** Which of the dispatch's bindings the function takes: its own alone, so that it is the same in any company. */
  readonly buffers: readonly number[];
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
  team: 1,
  spread: 0,
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
  const onCpu = (part: Part, tree: LoopTree, batches: Batches, gpu: LoopTree): PrintedPart => {
    const own = bindingsOf(part.only === 'wgsl' ? [] : [{ ...part, gpu: undefined }], tensors);
    const buffers = own.list.map(({ buffer }) => bindings.list.findIndex((bound) => bound.buffer === buffer));
    const code = emitKernel('', tree, tensors, own, uniforms);
    const together = tree.outer !== undefined;
    const { team, spread } = gpu;
    const invocations = invocationsOf(gpu);
    return { label: part.label, tasks: tree.tasks, ...batches, together, invocations, team, spread, buffers, code };
  };
  const small: PrintedPart[] = [];
  const usual = dispatch.parts.map((part, number): PrintedPart => {
    const gpu = part.only === 'wasm' ? NOTHING : treeOf(schedulePart(part, tensors, 'wgsl'), tensors, 'wgsl');
    if (gpu !== NOTHING) trees.push({ number, label: part.label, tree: gpu });
    if (part.only === 'wgsl') return onCpu(part, NOTHING, { least: 1, below: 0 }, gpu);
    const { least, enough, few } = scheduleByBatch(part, tensors);
    if (few) {
      const plain = { ...few.part, label: `${part.label}: fewer than ${least}` };
      small.push(onCpu(plain, treeOf(few, tensors, 'wasm'), { least: 1, below: least }, NOTHING));
    }
    return onCpu(part, treeOf(enough, tensors, 'wasm'), { least, below: 0 }, gpu);
  });
  const parts = [...usual, ...small];
  return { wgsl: emitWgsl(labelOfDispatch(dispatch), trees, tensors, bindings, uniforms), parts };
}

function invocationsOf({ tasks, workgroup }: LoopTree): TaskCount {
  return workgroup ? { ...tasks, count: WORKGROUP * tasks.count } : tasks;
}

interface Batches {
  readonly least: number;
  readonly below: number;
}

const treeOf = ({ nests, around }: ScheduledPart, tensors: ReadonlyMap<number, Tensor>, target: Target): LoopTree =>
  buildTree(nests, tensors, target, around);
