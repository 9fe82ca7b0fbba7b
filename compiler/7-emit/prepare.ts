/**
 * What inference and evaluation compute from the parameters alone (weights in another order, transformed weights, batch
 * norm's factors) moves into a program of its own, which devices run when parameters have changed. Its results lie in
 * buffers that stay. Not for training, whose parameters change with every step.
 */
import { tensorOf } from '../5-loop/address.ts';
import { type DispatchProgram, type Part, tensorsOfParts } from '../5-loop/dispatch.ts';
import { bufferKey, type Place, type Tensor } from '../5-loop/kernel.ts';
import { packPanels } from '../5-loop/pack-panels.ts';
import { placeParts, withForms } from '../5-loop/side-by-side.ts';
import { bindingsOf } from '../6-target/bindings.ts';
import { dim } from '../dim/dim.ts';
import { dispatchKey } from './dispatch-key.ts';
import { sizeOfTensor } from './memory.ts';

export interface Separated {
  /** The program without what is prepared. */
  readonly program: DispatchProgram;
  /** What prepares for it, beyond what the programs before it have prepared; undefined where that is nothing. */
  readonly before: DispatchProgram | undefined;
}

/** Separates programs one after the other: what two of them prepare alike is prepared once. */
export class Preparation {
  /** The names of what a part prepares, by all that tells it apart. */
  private readonly known = new Map<string, readonly string[]>();
  private count = 0;

  separate(program: DispatchProgram): Separated {
    const packed = withForms(
      program.dispatches.flatMap((dispatch) => dispatch.parts),
      program.tensors,
      packPanels,
    );
    const { parts } = packed;
    const tensors = new Map(packed.tensors);
    const early = earlyParts(parts, tensors);
    if (early.size === 0) return { program, before: undefined };
    const added = [...early].flatMap((part): Part[] => {
      const key = keyOf(part, tensors);
      const written = buffersWritten(part, tensors);
      const names = this.known.get(key) ?? written.map(() => `prepared${this.count++}`);
      written.forEach((buffer, i) => {
        keep(buffer, names[i], tensors);
      });
      if (this.known.has(key)) return [];
      this.known.set(key, names);
      return [{ ...part, least: 1 }];
    });
    const late = parts.filter((part) => !early.has(part)).map((part) => anyBatch(part, tensors));
    return {
      program: { ...program, tensors, dispatches: placeParts(late, tensors) },
      before: added.length === 0 ? undefined : { name: 'prepare', tensors, dispatches: placeParts(added, tensors) },
    };
  }
}

/** The parts that read nothing but parameters, and what such parts wrote; in order. */
function earlyParts(parts: readonly Part[], tensors: ReadonlyMap<number, Tensor>): ReadonlySet<Part> {
  const bufferOf = (id: number): string => bufferKey(tensorOf(tensors, id));
  const accesses = parts.map((part) => ({ part, ...tensorsOfParts([part]) }));
  const writers = new Map<string, number>();
  for (const { writes } of accesses)
    for (const buffer of new Set(writes.map(bufferOf))) writers.set(buffer, (writers.get(buffer) ?? 0) + 1);
  const ready = new Set<string>();
  const known = (id: number): boolean => tensorOf(tensors, id).place.kind === 'parameters' || ready.has(bufferOf(id));
  /** What a part hands on, all of a buffer, whatever the batch. */
  const stays = (id: number): boolean => {
    const tensor = tensorOf(tensors, id);
    const between = tensor.place.kind === 'scratch' || tensor.place.kind === 'stack';
    return between && writers.get(bufferOf(id)) === 1 && sizeOfTensor(tensor).perSample === 0;
  };
  const early = new Set<Part>();
  for (const { part, reads, writes } of accesses) {
    if (!reads.every(known) || !writes.every(stays)) continue;
    early.add(part);
    for (const id of writes) ready.add(bufferOf(id));
  }
  return early;
}

/** Equal for parts that compute the same from the same. */
function keyOf(part: Part, tensors: ReadonlyMap<number, Tensor>): string {
  const prepared = tensorsOfParts([part]).reads.map((id) => {
    const { place } = tensorOf(tensors, id);
    return place.kind === 'prepared' ? place.name : place.kind;
  });
  return [dispatchKey({ parts: [part] }, tensors, bindingsOf([part], tensors)), ...prepared].join('\n');
}

function buffersWritten(part: Part, tensors: ReadonlyMap<number, Tensor>): string[] {
  const { writes } = tensorsOfParts([part]);
  return [...new Set(writes.map((id) => bufferKey(tensorOf(tensors, id))))];
}

/** Gives all tensors of a buffer a place that stays. */
function keep(buffer: string, name: string, tensors: Map<number, Tensor>): void {
  const inside = [...tensors.values()].filter((tensor) => bufferKey(tensor) === buffer);
  for (const tensor of inside) {
    const elements = dim.int(sizeOfTensor(tensor).fixed);
    const place: Place = { kind: 'prepared', name, elements };
    tensors.set(tensor.id, { ...tensor, place });
  }
}

/** A part whose form for the CPU was not worth the preparation for few samples: that is done now. */
function anyBatch(part: Part, tensors: ReadonlyMap<number, Tensor>): Part {
  if (!part.cpu || part.least === 1) return part;
  const plain = new Set(tensorsOfParts([{ ...part, cpu: undefined }]).reads);
  const own = tensorsOfParts([part]).reads.filter((id) => !plain.has(id));
  const ready = own.every((id) => ['prepared', 'local'].includes(tensorOf(tensors, id).place.kind));
  return ready ? { ...part, least: 1 } : part;
}
