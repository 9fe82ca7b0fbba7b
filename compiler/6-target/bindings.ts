/** Which buffers a kernel is bound to: tensors that share an arena share a binding. The same for both targets. */
import type { StorageElement } from '../../runtime/program.ts';
import { tensorOf } from '../5-loop/address.ts';
import type { Kernel, Place, Tensor } from '../5-loop/kernel.ts';
import { tensorsOf } from '../5-loop/kernel.ts';

export interface Binding {
  /** Identifies the buffer in its program: `parameters`, `state m`, `scratch 12`. */
  readonly buffer: string;
  readonly element: StorageElement;
  readonly access: 'read' | 'read_write';
}

/** A kernel's bindings in order, and the binding of each of its tensors. */
export interface Bindings {
  readonly list: readonly Binding[];
  readonly indexOf: (tensor: number) => number;
}

export function bufferKey(tensor: Tensor): string {
  const place: Place = tensor.place;
  if (place.kind === 'scratch') return `scratch ${tensor.id}`;
  return 'name' in place ? `${place.kind} ${place.name}` : place.kind;
}

/** Only the host packs bytes: what a kernel writes has a word for each element, which no other invocation writes too. */
export function storageElement({ element, place }: Tensor): StorageElement {
  if (element === 'u8') return place.kind === 'input' || place.kind === 'sample' ? 'u8' : 'i32';
  return element === 'i32' || element === 'bool' ? 'i32' : 'f32';
}

export function bindingsOf(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): Bindings {
  const { reads, writes } = tensorsOf(kernel);
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
  return {
    list: order.map((buffer): Binding => ({ buffer, ...(keys.get(buffer) ?? { element: 'f32', access: 'read' }) })),
    indexOf: (id) => order.indexOf(bufferKey(tensorOf(tensors, id))),
  };
}
