/**
 * What a generated module contains for the runtime: buffers, kernels and dispatch lists, as plain data. Written by
 * `compiler/7-emit`, run by the devices. The batch size N stays symbolic: sizes and work counts are functions of it.
 */

export type StorageElement = 'f32' | 'i32' | 'u8';

/** `fixed + perSample * N` elements. */
export interface Size {
  readonly fixed: number;
  readonly perSample: number;
}

/** `count * ceil(N / block)` work items, or `count` where `block` is 0. */
export interface TaskCount {
  readonly count: number;
  readonly block: number;
}

/**
 * - `input`: written by the host before a run (a batch's images)
 * - `parameters`, `gradients`, `state`: flat arenas that live as long as the model; the latter two hold what is trained only
 * - `output`: read by the host after a run
 * - `record`: one f32 that is copied to the history after a training step (loss, metrics)
 * - `scratch`: a slot that several intermediate tensors share
 * - `prepared`: what `prepare` computes from the parameters; kept until they change
 */
export type BufferRole = 'input' | 'parameters' | 'gradients' | 'state' | 'output' | 'record' | 'scratch' | 'prepared';

export interface BufferSpec {
  readonly name: string;
  readonly element: StorageElement;
  readonly size: Size;
  readonly role: BufferRole;
}

/** Work that depends on nothing beside it in its kernel: the same loop nests for both targets. */
export interface PartSpec {
  /** Unique in the module; the WASM function's export name. */
  readonly name: string;
  /** What it does in the source's terms: `conv1 + bias + relu`. Shown by profilers and in error messages. */
  readonly label: string;
  /** Work items of the WASM function, split among threads. */
  readonly tasks: TaskCount;
  /** WASM: the smallest batch for which the function runs, and the one from which on it does not; 0: it always does. */
  readonly least: number;
  readonly below: number;
  /** WASM: which of its kernel's `buffers` the function takes, in its order. */
  readonly buffers: readonly number[];
  /** WASM: a thread takes its share of the items at once, as they go through the same memory together. */
  readonly together: boolean;
  /** Work items of the WGSL kernel, or its invocations. None where the CPU alone has a use for it. */
  readonly invocations: TaskCount;
  /** WGSL: how many invocations may compute each of them together; a power of two. */
  readonly team: number;
  /** WGSL: how many invocations there should be on a large GPU, where they may form teams. */
  readonly spread: number;
}

/** One dispatch: one WGSL kernel, and a WASM function for each of its parts. */
export interface KernelSpec {
  /** Unique in the module. */
  readonly name: string;
  /** Its parts' labels. */
  readonly label: string;
  /** In the order of their work items and workgroups. */
  readonly parts: readonly PartSpec[];
  /** WGSL: group 0, binding i is `buffers[i]`; the uniform block is the last binding. Entry point `main`. */
  readonly wgsl: string;
  /** Invocations of one workgroup. The kernel ignores those past a part's `invocations`. */
  readonly workgroup: number;
  /** WASM: bytes of memory that each thread needs for itself while it runs the kernel. */
  readonly localBytes: number;
  /** Indices into the module's `buffers`, in binding order, and how they are bound. */
  readonly buffers: readonly { readonly buffer: number; readonly access: 'read' | 'read_write' }[];
}

/** A dispatch list over the module's kernels, with the uniforms that it wants each run. */
export interface ProgramSpec {
  readonly kernels: readonly number[];
  /** Buffers whose value is appended to the history after each run. */
  readonly records: readonly { readonly name: string; readonly buffer: number }[];
}

/**
 * The uniform block is `u32 N` followed by `uniforms` f32 values. WASM kernels have the signature
 * (from: i32, to: i32, uniforms: address, local: address, ...addresses of their part's buffers) and run the work items `from <= i < to`;
 * `local` is memory of the calling thread's own.
 */
export interface ModuleSpec {
  readonly buffers: readonly BufferSpec[];
  readonly kernels: readonly KernelSpec[];
  /** How many f32 uniforms a run takes. */
  readonly uniforms: number;
  readonly programs: Readonly<Record<ProgramName, ProgramSpec>>;
  readonly parameters: readonly ParameterSpec[];
  readonly states: readonly StateSpec[];
  /** The WASM module: imports `env.memory` (shared), exports a function for each part of each kernel. Hexadecimal. */
  readonly wasm: string;
}

/**
 * No buffer of a WASM module's memory begins below this byte, the end of a page, and no thread's own memory does: a pointer
 * may lie so far before what is read through it.
 */
export const LOWEST_ADDRESS = 65_536;

/**
 * `infer`: inputs to output. `evaluate`: inputs and labels to output and records. `train`: one step. `prepare`: what the first
 * two need of the parameters; devices run it before them where parameters have changed.
 */
export type ProgramName = 'infer' | 'evaluate' | 'train' | 'prepare';

/** A parameter or buffer within the `parameters` arena. */
export interface ParameterSpec {
  /** `conv1.weight` */
  readonly name: string;
  /** The user's (PyTorch's) shape. */
  readonly shape: readonly number[];
  /** Where the arena holds it: the element at logical index i is at `offset + sum(i[d] * strides[d])`. */
  readonly offset: number;
  readonly strides: readonly number[];
  readonly trainable: boolean;
  readonly init: InitSpec;
}

export type InitSpec =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  /** Drawn again until it lies in low..high, which hold the mean and are at least one `std` apart. */
  | {
      readonly kind: 'truncated_normal';
      readonly mean: number;
      readonly std: number;
      readonly low: number;
      readonly high: number;
    };

/** One slot of the optimizer (`m`, `v`): a flat arena laid out as the trainable parameters', which come first in theirs. */
export interface StateSpec {
  readonly name: string;
  readonly buffer: number;
  readonly initial: number;
}

/** `count * ceil(N / block)`, or `count`. */
export function taskCount(tasks: TaskCount, n: number): number {
  return tasks.block === 0 ? tasks.count : tasks.count * Math.ceil(n / tasks.block);
}

/** Work items of a part's WASM function: none of a batch that is too small or too large for it. */
export function tasksOf({ tasks, least, below }: PartSpec, n: number): number {
  return n < least || (below > 0 && n >= below) ? 0 : taskCount(tasks, n);
}

/** The constant of a WGSL kernel that says how many members the teams of a part have, where it may have any. */
export const teamName = (part: number): string => `team${part}`;

/** How many invocations compute each work item of a part together for batches of `n`, where the GPU is large. */
export function teamOf({ invocations, team, spread }: PartSpec, n: number): number {
  const items = taskCount(invocations, n);
  let members = 1;
  while (members < team && 2 * members * items <= spread) members *= 2;
  return members;
}

/** The same for all parts of a kernel. */
export const teamsOf = ({ parts }: KernelSpec, n: number): readonly number[] => parts.map((part) => teamOf(part, n));

/** How many workgroups a WGSL kernel is dispatched with, where the parts' teams have so many members: each part has whole ones. */
export function workgroupCount(kernel: KernelSpec, n: number, teams = teamsOf(kernel, n)): number {
  const { parts, workgroup } = kernel;
  const invocations = parts.map((part, i) => taskCount(part.invocations, n) * (teams[i] ?? 1));
  return invocations.reduce((sum, count) => sum + Math.ceil(count / workgroup), 0);
}

/** `fixed + perSample * N`. */
export function sizeOf(size: Size, n: number): number {
  return size.fixed + size.perSample * n;
}

/** The buffers that a program's kernels bind, by index, in order of first use. */
export function buffersOf(module: ModuleSpec, program: ProgramName): ReadonlySet<number> {
  const { kernels } = module.programs[program];
  return new Set(kernels.flatMap((index) => module.kernels[index]?.buffers.map(({ buffer }) => buffer) ?? []));
}
