/** Which buffers a kernel is bound to: tensors that share an arena share a binding. The same for both targets. */
import type { StorageElement } from '../../runtime/program.ts';
import { tensorOf } from '../5-loop/address.ts';
import { type Part, tensorsOfParts } from '../5-loop/dispatch.ts';
import { bufferKey, type Tensor } from '../5-loop/kernel.ts';
import { endInBuffer } from '../5-loop/layout.ts';

export interface Binding {
  /** Identifies the buffer in its program: `parameters`, `state m`, `scratch 12`. */
  readonly buffer: string;
  /** What a kernel's text calls it. Memory between kernels is counted, so that equal kernels are equal texts. */
  readonly name: string;
  readonly element: StorageElement;
  readonly access: 'read' | 'read_write';
  /** Where the last of the tensors in it ends, counted in elements; undefined where that depends on the batch. */
  readonly end: number | undefined;
}

/** A dispatch's bindings in order, and the binding of each of its tensors; -1 for memory of the thread's own. */
export interface Bindings {
  readonly list: readonly Binding[];
  readonly indexOf: (tensor: number) => number;
}

/** Only the host packs bytes: what a kernel writes has a word for each element, which no other invocation writes too. */
export function storageElement({ element, place }: Tensor): StorageElement {
  if (element === 'u8') return place.kind === 'input' || place.kind === 'sample' ? 'u8' : 'i32';
  return element === 'i32' || element === 'bool' ? 'i32' : 'f32';
}

export function bindingsOf(parts: readonly Part[], tensors: ReadonlyMap<number, Tensor>): Bindings {
  const found = tensorsOfParts(parts);
  const bound = (id: number): boolean => tensorOf(tensors, id).place.kind !== 'local';
  const reads = found.reads.filter(bound);
  const writes = found.writes.filter(bound);
  const keys = new Map<string, { element: StorageElement; access: 'read' | 'read_write' }>();
  for (const id of reads) {
    const tensor = tensorOf(tensors, id);
    keys.set(bufferKey(tensor), { element: storageElement(tensor), access: 'read' });
  }
  for (const id of writes) {
    const tensor = tensorOf(tensors, id);
    keys.set(bufferKey(tensor), { element: storageElement(tensor), access: 'read_write' });
  }
  const order = [...keys.keys()];
  const between = order.filter((buffer) => /^(scratch|stack|prepared) /.test(buffer));
  const nameOf = (buffer: string): string => {
    const number = between.indexOf(buffer);
    return number < 0 ? buffer.replace(/\W/g, '_') : `scratch${number}`;
  };
  return {
    list: order.map((buffer): Binding => {
      const inside = [...reads, ...writes]
        .map((id) => tensorOf(tensors, id))
        .filter((each) => bufferKey(each) === buffer);
      const end = inside.reduce<number | undefined>((most, each) => furthest(most, endInBuffer(each)), 0);
      return { buffer, name: nameOf(buffer), end, ...(keys.get(buffer) ?? { element: 'f32', access: 'read' }) };
    }),
    indexOf: (id) => {
      const tensor = tensorOf(tensors, id);
      const index = order.indexOf(bufferKey(tensor));
      if (index < 0 && tensor.place.kind !== 'local') throw new Error(`"${tensor.name}" is bound to nothing`);
      return index;
    },
  };
}

const furthest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : Math.max(a, b);
