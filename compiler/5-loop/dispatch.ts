/**
 * What runs between two barriers: parts side by side, each a sequence of nests. Types, what they read and write, and their
 * printer; `stack.ts` and `side-by-side.ts` decide which nests share a dispatch.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis } from '../ops/expr.ts';
import { type Choices, DEFAULTS } from './choice.ts';
import { bufferKey, type Kernel, printKernel, type Tensor, tensorsOf, verifyKernel } from './kernel.ts';
import type { Target } from './lanes.ts';

/**
 * Nests that every work item runs one after the other. All of them begin with the `shared` axes, which number the work
 * items: what one nest stores, the next may load at the same shared index. A single nest shares nothing: its work items
 * are the schedule's choice.
 */
export interface Part {
  readonly label: string;
  readonly nests: readonly Kernel[];
  readonly shared: readonly Axis[];
  /** What the CPU runs instead: other nests with the same results. */
  readonly cpu: CpuForm | undefined;
  /** The last nest has so many results for each work item that a GPU gives an item a whole workgroup. */
  readonly wide: boolean;
  /** What WebGPU runs instead: a nest that a later part of its own takes the results of. */
  readonly gpu: CpuForm | undefined;
  /** The only target that has a use for the result; undefined where both have. */
  readonly only: Target | undefined;
  /** Smaller batches than this run the nests as they are on the CPU too; and not at all what is for the CPU only. */
  readonly least: number;
  /** Of a program that often has a single sample, as predictions do: what is best for many must not cost much for one. */
  readonly single: boolean;
  /** How its nests are run where there are several ways. */
  readonly choices: Choices;
}

/** Nests for the CPU: they may keep values in memory of the thread's own (`local` tensors). */
export interface CpuForm {
  readonly nests: readonly Kernel[];
  readonly shared: readonly Axis[];
  readonly repeat: Repeat | undefined;
}

/** The nests from the number `from` up to `to` run in order for each value of an axis, which they have after the shared ones. */
export interface Repeat {
  readonly axis: Axis;
  readonly from: number;
  readonly to: number;
}

/** A part with a form of the CPU's own, after what it needs before it, and the tensors that these bring along. */
export interface FormedPart {
  readonly parts: readonly Part[];
  readonly tensors: readonly Tensor[];
}

/** Parts that do not depend on each other: in one dispatch the work items of all of them run in any order. */
export interface Dispatch {
  readonly parts: readonly Part[];
}

export interface DispatchProgram {
  readonly name: string;
  readonly dispatches: readonly Dispatch[];
  readonly tensors: ReadonlyMap<number, Tensor>;
}

/** The axes outside of a form's nest: the shared ones, then the one that it is repeated for. */
export function axesBefore({ shared, repeat }: CpuForm, nest: number): readonly Axis[] {
  return repeat && isRepeated(repeat, nest) ? [...shared, repeat.axis] : shared;
}

export const isRepeated = ({ from, to }: Repeat, nest: number): boolean => nest >= from && nest < to;

/** A part of one nest. */
export function partOf(kernel: Kernel): Part {
  return {
    label: kernel.label,
    nests: [kernel],
    shared: [],
    wide: false,
    cpu: undefined,
    gpu: undefined,
    only: undefined,
    least: 1,
    single: false,
    choices: DEFAULTS,
  };
}

/** A program whose batches are often a single sample. */
export function oftenSingle(program: DispatchProgram): DispatchProgram {
  const mark = ({ parts }: Dispatch): Dispatch => ({ parts: parts.map((part) => ({ ...part, single: true })) });
  return { ...program, dispatches: program.dispatches.map(mark) };
}

export const labelOfDispatch = ({ parts }: Dispatch): string => parts.map(({ label }) => label).join(' | ');

/** Tensors that parts read before they write them, and those that they write, each once, in order of first use. */
export function tensorsOfParts(parts: readonly Part[]): { reads: number[]; writes: number[] } {
  const reads = new Set<number>();
  const writes = new Set<number>();
  for (const nest of parts.flatMap(({ nests, cpu, gpu }) => [...nests, ...(cpu?.nests ?? []), ...(gpu?.nests ?? [])])) {
    const own = tensorsOf(nest);
    for (const id of own.reads) reads.add(id);
    for (const id of own.writes) writes.add(id);
  }
  return { reads: [...reads], writes: [...writes] };
}

/** Every nest in the order in which it may run. */
export function nestsOf(program: DispatchProgram): Kernel[] {
  return program.dispatches.flatMap(({ parts }) => parts.flatMap(({ nests }) => nests));
}

/** Readable text: parts of a dispatch under one heading, nests of a part under `for each` of the shared axes. */
export function printDispatches(program: DispatchProgram): string {
  const sections = program.dispatches.map(({ parts }, i) => {
    const texts = parts.map(({ label, nests, shared }) => {
      const printed = nests.map((nest) => printKernel(nest, program.tensors)).join('\n');
      if (nests.length === 1) return printed;
      const axes = shared.map(({ id, extent }) => `${id} in ${dim.show(extent)}`).join(', ');
      return `// ${label}\n// one after the other for each ${axes}:\n${printed}`;
    });
    return `dispatch ${i}:\n${texts.join('\n')}`;
  });
  return [`-- ${program.name}`, ...sections].join('\n');
}

/**
 * Throws when a part is malformed: its nests do not begin with the shared axes, or are malformed themselves; or when two
 * stacks are taken for one.
 */
export function verifyDispatches({ dispatches, tensors }: DispatchProgram): void {
  const sizes = new Map<string, Dim>();
  for (const tensor of tensors.values()) {
    if (tensor.place.kind !== 'stack') continue;
    const key = bufferKey(tensor);
    const size = sizes.get(key) ?? tensor.place.elements;
    sizes.set(key, size);
    if (!dim.equal(size, tensor.place.elements)) throw new Error(`"${tensor.name}" lies in another one's ${key}`);
  }
  for (const part of dispatches.flatMap(({ parts }) => parts)) {
    const forms: CpuForm[] = [
      { ...part, repeat: undefined },
      ...(part.cpu ? [part.cpu] : []),
      ...(part.gpu ? [part.gpu] : []),
    ];
    for (const form of forms) {
      form.nests.forEach((nest, i) => {
        verifyKernel(nest, tensors);
        const same = axesBefore(form, i).every((axis, d) => nest.axes[d]?.id === axis.id);
        if (!same) throw new Error(`"${nest.label}" does not begin with the axes that its part shares`);
      });
    }
  }
}
