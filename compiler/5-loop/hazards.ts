/** Which nests must stay in order: what one writes another reads or writes. */
import { tensorOf } from './address.ts';
import { bufferKey, type Tensor } from './kernel.ts';
import { endInBuffer } from './layout.ts';

export interface Accesses {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/** True when `later` must run after `earlier`, or before what comes after it. */
export function dependsOnEarlier(earlier: Accesses, later: Accesses, tensors: ReadonlyMap<number, Tensor>): boolean {
  const meet = (a: readonly number[], b: readonly number[]): boolean =>
    a.some((x) => b.some((y) => x === y || areOne(tensorOf(tensors, x), tensorOf(tensors, y))));
  return meet(earlier.writes, later.reads) || meet(earlier.reads, later.writes) || meet(earlier.writes, later.writes);
}

/** Slices of a stack are written under names of their own and read as a whole: parts take it for one. */
const areOne = (a: Tensor, b: Tensor): boolean =>
  a.place.kind === 'stack' ? bufferKey(a) === bufferKey(b) : sharesMemory(a, b);

/** True when two tensors may share memory. (Scratch memory is the memory plan's, which knows what lives when.) */
export function sharesMemory(a: Tensor, b: Tensor): boolean {
  if (
    a.place.kind !== b.place.kind ||
    !('name' in a.place || a.place.kind === 'parameters' || a.place.kind === 'gradients')
  )
    return false;
  if ('name' in a.place && 'name' in b.place) return a.place.name === b.place.name;
  return a.layout.offset < endOf(b) && b.layout.offset < endOf(a);
}

const endOf = (tensor: Tensor): number => endInBuffer(tensor) ?? Number.POSITIVE_INFINITY;
