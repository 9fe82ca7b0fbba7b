/**
 * A compiled model's static numbers: memory, work and the largest batch, for training and for inference. All of them follow
 * from the plan and the nests; nothing is run.
 */
import type { BufferRole, ModuleSpec, ProgramName } from '../../runtime/program.ts';
import { buffersOf } from '../../runtime/program.ts';
import { byteSize } from '../../runtime/session/buffers.ts';
import { defaultLimits, largestFit, obstacleTo } from '../../runtime/webgpu/limits.ts';
import { sessionBytes } from '../../runtime/webgpu/slots.ts';
import { tensorOf } from '../5-loop/address.ts';
import type { Tensor } from '../5-loop/kernel.ts';
import type { Target } from '../5-loop/lanes.ts';
import { bindingsOf } from '../6-target/bindings.ts';
import { sizeOfTensor } from '../7-emit/memory.ts';
import type { CompilationUnit } from '../compilation.ts';
import { dim } from '../dim/dim.ts';
import { dispatchesOf, type PlannedDispatch, planOf, totalWork, type Work, workOf } from './dispatches.ts';

/** Bytes by what they are for. */
export interface Memory {
  readonly weights: number;
  /** What is computed from weights alone, and kept. */
  readonly prepared: number;
  readonly gradients: number;
  readonly optimizer: number;
  /** What kernels hand to one another; tensors that are not needed at the same time share it. */
  readonly activations: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly total: number;
}

/** The largest batch that WebGPU's default limits allow. */
export interface Largest {
  readonly batch: number;
  /** What is too large for one sample more; absent where nothing grows with the batch. */
  readonly limitedBy?: {
    /** A tensor in the source's terms, or the kernel that has too many workgroups. */
    readonly what: string;
    /** Bytes, or workgroups, at this batch. */
    readonly size: number;
    readonly allowed: number;
    readonly unit: 'bytes' | 'workgroups';
  };
}

/** The work is what WebGPU does. */
export interface ProgramLimits extends Work {
  readonly dispatches: number;
  /** What the CPU does, where some parts have forms of their own for it. */
  readonly onCpu: Work;
  /** Of the buffers that the program's kernels bind. */
  readonly memory: Memory;
  readonly largest: Largest;
}

export interface Limits {
  /** The class that is generated. */
  readonly name: string;
  readonly batch: number;
  readonly training?: ProgramLimits;
  readonly inference: ProgramLimits;
  /** What loading the model allocates, whatever is run: evaluation's buffers too. */
  readonly session: {
    readonly memory: Memory;
    /** All of it on WebGPU, where the inputs and records of several steps lie side by side. */
    readonly webgpu: number;
    readonly largest: Largest;
  };
}

export function limitsOf(unit: CompilationUnit, batch: number): Limits {
  const plan = planOf(unit);
  const of = (name: ProgramName): ProgramLimits => {
    const dispatches = dispatchesOf(unit, name);
    const work = (target: Target): Work =>
      totalWork(dispatches.map(({ parts, program }) => workOf(parts, program.tensors, batch, target)));
    return {
      dispatches: dispatches.length,
      ...work('wgsl'),
      onCpu: work('wasm'),
      memory: memoryOf(plan, buffersOf(plan, name), batch),
      largest: largestOf(unit, name),
    };
  };
  return {
    name: unit.name,
    batch,
    ...(unit.training ? { training: of('train') } : {}),
    inference: of('infer'),
    session: {
      memory: memoryOf(plan, plan.buffers.keys(), batch),
      webgpu: sessionBytes(plan, batch, defaultLimits),
      largest: largestOf(unit, undefined),
    },
  };
}

const PURPOSE: Readonly<Record<BufferRole, Exclude<keyof Memory, 'total'>>> = {
  parameters: 'weights',
  gradients: 'gradients',
  state: 'optimizer',
  scratch: 'activations',
  prepared: 'prepared',
  input: 'inputs',
  output: 'outputs',
  record: 'outputs',
};

function memoryOf(plan: ModuleSpec, buffers: Iterable<number>, batch: number): Memory {
  const memory = {
    weights: 0,
    prepared: 0,
    gradients: 0,
    optimizer: 0,
    activations: 0,
    inputs: 0,
    outputs: 0,
    total: 0,
  };
  for (const index of buffers) {
    const bytes = byteSize(plan.buffers[index], batch);
    memory[PURPOSE[plan.buffers[index].role]] += bytes;
    memory.total += bytes;
  }
  return memory;
}

/** Of one program, or of everything that is allocated together. */
function largestOf(unit: CompilationUnit, program: ProgramName | undefined): Largest {
  const plan = planOf(unit);
  const batch = largestFit(plan, defaultLimits, program);
  const obstacle = obstacleTo(plan, batch + 1, defaultLimits, program);
  if (!obstacle) return { batch };
  const { allowed } = obstacle;
  if (obstacle.kind === 'kernel') {
    const what = plan.kernels[obstacle.kernel].label;
    return { batch, limitedBy: { what, size: obstacle.groups, allowed, unit: 'workgroups' } };
  }
  const what = largestIn(unit, obstacle.buffer, batch + 1) ?? plan.buffers[obstacle.buffer].name;
  return { batch, limitedBy: { what, size: obstacle.bytes, allowed, unit: 'bytes' } };
}

/** The largest of what kernels write to a buffer, as `conv1: conv2d + add + relu (f32[N, 32, 26, 26])`. */
function largestIn(unit: CompilationUnit, buffer: number, batch: number): string | undefined {
  const names: readonly ProgramName[] = ['train', 'infer', 'evaluate', 'prepare'];
  const written = names.flatMap((name) => dispatchesOf(unit, name)).flatMap((dispatch) => writesTo(dispatch, buffer));
  const elements = (tensor: Tensor): number => {
    const { fixed, perSample } = sizeOfTensor(tensor);
    return fixed + perSample * batch;
  };
  const [first, ...others] = written;
  if (first === undefined) return undefined;
  const { label, tensor } = others.reduce((a, b) => (elements(a.tensor) >= elements(b.tensor) ? a : b), first);
  // The nests of a stack share a buffer.
  const type =
    tensor.place.kind === 'stack' ? 'its rows' : `${tensor.element}[${tensor.shape.map(dim.show).join(', ')}]`;
  return `${label} (${type})`;
}

function writesTo({ spec, parts, program }: PlannedDispatch, buffer: number): { label: string; tensor: Tensor }[] {
  const bindings = bindingsOf(parts, program.tensors);
  const nests = parts.flatMap((part) => [...part.nests, ...(part.cpu?.nests ?? []), ...(part.gpu?.nests ?? [])]);
  return nests.flatMap(({ label, stores }) =>
    stores
      .filter(({ tensor }) => spec.buffers[bindings.indexOf(tensor)]?.buffer === buffer)
      .map(({ tensor }) => ({ label, tensor: tensorOf(program.tensors, tensor) })),
  );
}
