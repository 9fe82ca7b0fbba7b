/**
 * Tensors as generated classes take and return them: flat data in row-major order with a shape that TypeScript checks.
 * No arithmetic: what a model computes it computes on its device.
 */
import type { HostArray } from './device.ts';

/** `shape` is literal where it is known: `Tensor<readonly [number, 1, 28, 28]>` takes any batch of 28x28 grey pictures. */
export interface Tensor<Shape extends readonly number[] = readonly number[], Data extends HostArray = Float32Array> {
  readonly shape: Shape;
  /** Row-major: the last index runs fastest. `shape`'s product of elements. */
  readonly data: Data;
}

/**
 * Data with its shape. `tensor(pixels, [64, 1, 28, 28])` keeps the shape's literals, so that a wrong one is an error of
 * the type checker. Throws a `RangeError` when the data is not as long as the shape says.
 */
export function tensor<const Shape extends readonly number[], Data extends HostArray>(
  data: Data,
  shape: Shape,
): Tensor<Shape, Data> {
  const expected = elementCount(shape);
  if (data.length !== expected) {
    throw new RangeError(
      `a tensor of shape [${shape.join(', ')}] has ${expected} elements, but the data has ${data.length}`,
    );
  }
  return { shape, data };
}

/** The number of elements of a shape; 1 for a scalar's `[]`. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `[64, 1, 28, 28]`, for messages. */
export function showShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}
