/**
 * Physical layouts. Users see PyTorch's; inside, images are NHWC and weights have their output features innermost, so
 * that the vector lanes of a contraction run over consecutive elements. A layout is nothing but strides.
 */
import { type Dim, dim } from '../dim/dim.ts';
import { COLLIDING, LINE } from './caches.ts';
import type { Layout, Tensor } from './kernel.ts';

/** Strides for dimensions nested in the given order, outermost first. A symbolic dimension must be outermost. */
function stridesInOrder(shape: readonly Dim[], order: readonly number[]): number[] {
  const strides: number[] = shape.map(() => 0);
  let stride = 1;
  for (const axis of [...order].reverse()) {
    strides[axis] = stride;
    const extent = dim.constant(shape[axis]);
    if (extent !== undefined) stride *= extent;
    else if (axis !== order[0]) throw new Error(`the symbolic dimension ${dim.show(shape[axis])} is not outermost`);
  }
  return strides;
}

const rowMajorOrder = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);

/** Moves the one symbolic dimension, if there is one, to the front of an order. */
function batchFirst(shape: readonly Dim[], order: readonly number[]): number[] {
  const symbolic = order.filter((axis) => dim.constant(shape[axis]) === undefined);
  return [...symbolic, ...order.filter((axis) => !symbolic.includes(axis))];
}

/** In the order of the indices: what users pass in and get out, copies, and what one kernel hands to itself. */
export function rowMajor(shape: readonly Dim[]): Layout {
  return { offset: 0, strides: stridesInOrder(shape, rowMajorOrder(shape.length)) };
}

/**
 * Intermediate tensors: [N, C, H, W] as NHWC, everything else row-major with the batch in front. Images that would collide in
 * caches, as small ones of many channels do, lie a line further apart: gradients of weights read the same place of many.
 */
export function intermediateLayout(shape: readonly Dim[]): Layout {
  const images = shape.length === 4 && dim.constant(shape[0]) === undefined;
  const order = images ? [0, 2, 3, 1] : rowMajorOrder(shape.length);
  const [first, ...others] = stridesInOrder(shape, batchFirst(shape, order));
  return { offset: 0, strides: [images && first % COLLIDING === 0 ? first + LINE : first, ...others] };
}

/** A tensor in memory of the thread's own, from its beginning if the layout does not say otherwise. */
export function localTensor(
  id: number,
  name: string,
  element: 'f32' | 'i32',
  shape: readonly Dim[],
  layout = rowMajor(shape),
): Tensor {
  return { id, name, element, shape, layout, place: { kind: 'local' } };
}

/** Parameters: [out, in, kh, kw] as [kh, kw, in, out], [out, in] as [in, out]. */
export function parameterLayout(shape: readonly Dim[], offset: number): Layout {
  const rank = shape.length;
  const order = rank < 2 ? rowMajorOrder(rank) : [...rowMajorOrder(rank).slice(2), 1, 0];
  return { offset, strides: stridesInOrder(shape, order) };
}

/** Where a tensor ends in its buffer, in elements; undefined where that depends on the batch. */
export function endInBuffer({ shape, layout }: Tensor): number | undefined {
  return shape.reduce<number | undefined>((end, size, d) => {
    const extent = dim.constant(size);
    return end === undefined || extent === undefined ? undefined : end + (extent - 1) * layout.strides[d];
  }, layout.offset + 1);
}
