/** A tensor's elements out of its storage, where they may lie with gaps, in another order, or several times. */
import { elementCount } from '../../tensor.ts';
import { type Dtype, dtypeSizes } from '../dtype.ts';
import { walk } from '../layout.ts';
import type { TorchTensor } from './values.ts';

/** The stretch of the storage that the tensor takes, in bytes. */
export function extent({ storage, offset, shape, strides }: TorchTensor): { begin: number; length: number } {
  const size = dtypeSizes[storage.dtype];
  if (elementCount(shape) === 0) return { begin: 0, length: 0 };
  const elements = shape.reduce((sum, n, i) => sum + (n - 1) * (strides[i] ?? 0), 1);
  return { begin: offset * size, length: elements * size };
}

/** Row-major, from the bytes of the extent; those themselves where they are in order. */
export function gather({ storage, shape, strides }: TorchTensor, bytes: Uint8Array): Uint8Array {
  if (isContiguous(shape, strides)) return bytes;
  const size = dtypeSizes[storage.dtype];
  const gathered = new Uint8Array(elementCount(shape) * size);
  walk({ shape, strides, offset: 0 }, (place, index) => {
    for (let i = 0; i < size; i++) gathered[index * size + i] = bytes[place * size + i] ?? 0;
  });
  return gathered;
}

/** The strides of sizes 1 mean nothing. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis] ?? 1;
  }
  return true;
}

/** With each element's bytes the other way round: a copy. */
export function swapped(dtype: Dtype, bytes: Uint8Array): Uint8Array {
  const size = dtypeSizes[dtype];
  return bytes.map((_, i) => bytes[i - (i % size) + size - 1 - (i % size)] ?? 0);
}
