/** Tensors of the float64 reference: building and reading them by index. Slow and obvious on purpose. */
import { dim } from '../dim/dim.ts';
import type { ReferenceTensor } from './primitive.ts';
import type { TensorType } from './types.ts';

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Row-major position of an index. */
export function positionOf(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((position, i, axis) => position * shape[axis] + i, 0);
}

/** The element at an index. */
export function at(tensor: ReferenceTensor, ...index: readonly number[]): number {
  return tensor.data[positionOf(tensor.shape, index)];
}

/** Every index of a shape in row-major order. The array is reused: copy it to keep it. */
export function* indicesOf(shape: readonly number[]): Generator<readonly number[]> {
  const index = shape.map(() => 0);
  for (let left = sizeOf(shape); left > 0; left--) {
    yield index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]++;
      if (index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

/** A tensor whose element at each index is computed. */
export function tensor(shape: readonly number[], element: (...index: readonly number[]) => number): ReferenceTensor {
  const data = new Float64Array(sizeOf(shape));
  let position = 0;
  for (const index of indicesOf(shape)) data[position++] = element(...index);
  return { shape, data };
}

/** A tensor's type with plain integers for its dimensions. */
export function typeOf(shape: readonly number[], element: TensorType['element'] = 'f32'): TensorType {
  return { element, shape: shape.map(dim.int) };
}
