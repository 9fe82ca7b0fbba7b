/** Random contractions and pooling, with odd strides, paddings and groups. */
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import { sameShape } from '../../compiler/ops/infer.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import type { Attributes } from '../../compiler/ops/types.ts';
import type { Pool } from './pool.ts';

/** Products that one contraction may take, over the largest batch. */
const MOST_PRODUCTS = 100_000;

/** A value of this shape: one that is there (reshaped perhaps), or a new leaf. */
function ofShape(pool: Pool, shape: readonly Dim[]): Value {
  const { g, draw } = pool;
  const found = pool.find(({ type }) => type.element === 'f32' && sameShape(type.shape, shape));
  if (found && draw.chance(0.5)) return found;
  const alike = pool.find(
    ({ type }) => type.element === 'f32' && dim.equal(dim.product(type.shape), dim.product(shape)),
  );
  return alike && draw.chance(0.3) ? g.reshape(alike, shape) : pool.fresh('f32', shape);
}

export function product(pool: Pool): Value | undefined {
  const { draw } = pool;
  const a = pool.find(({ type }) => type.element === 'f32' && type.shape.length >= 2);
  if (!a) return undefined;
  const { shape } = a.type;
  const onLeft = draw.chance(0.7);
  const inner = shape[shape.length - (onLeft ? 1 : 2)];
  const outer = dim.int(pool.size());
  const lead = draw.chance(0.6) ? [] : shape.slice(0, -2);
  const other = ofShape(pool, [...lead, ...(onLeft ? [inner, outer] : [outer, inner])]);
  if (pool.elements([...shape, outer]) > MOST_PRODUCTS) return undefined;
  return pool.try('matmul', onLeft ? [a, other] : [other, a]);
}

const isImage = ({ type }: Value): boolean =>
  type.element === 'f32' &&
  type.shape.length === 4 &&
  type.shape.slice(1).every((size) => dim.constant(size) !== undefined);

function pair(pool: Pool, sizes: readonly number[]): number[] {
  return [pool.draw.pick(sizes), pool.draw.pick(sizes)];
}

export function convolution(pool: Pool): Value | undefined {
  const { draw } = pool;
  const x = pool.find(isImage);
  if (!x) return undefined;
  const channels = dim.constant(x.type.shape[1]) ?? 1;
  const groups = draw.chance(0.6) ? 1 : draw.pick([2, 3, 4, channels].filter((d) => channels % d === 0));
  if (groups === undefined) return undefined;
  const kernel = pair(pool, [1, 2, 3, 3]);
  const attributes: Attributes = {
    stride: pair(pool, [1, 1, 2, 3]),
    padding: pair(pool, [0, 1, 1, 2]),
    dilation: draw.chance(0.8) ? [1, 1] : pair(pool, [1, 2, 3]),
    groups,
  };
  const outputs = groups * draw.pick([1, 1, 3, 4, 8]);
  const inGroup = channels / groups;
  if (pool.elements(x.type.shape) * outputs * kernel[0] * kernel[1] > MOST_PRODUCTS * groups) return undefined;
  if (draw.chance(0.2)) return transposed(pool, x, kernel, attributes);
  return pool.try('conv2d', [x, ofShape(pool, [outputs, inGroup, ...kernel].map(dim.int))], attributes);
}

/** The gradient by the image as an operator of its own: some image size whose convolution gives x. */
function transposed(pool: Pool, x: Value, kernel: readonly number[], attributes: Attributes): Value | undefined {
  const { draw } = pool;
  const { groups } = attributes;
  const inGroup = draw.pick([1, 3, 4]);
  const weight = ofShape(pool, [x.type.shape[1], dim.int(inGroup), ...kernel.map(dim.int)]);
  const size = [draw.between(1, 9), draw.between(1, 9)].map(dim.int);
  return typeof groups === 'number' ? pool.try('conv2d_input_grad', [x, weight], { ...attributes, size }) : undefined;
}

export function pooling(pool: Pool): Value | undefined {
  const { draw } = pool;
  const x = pool.find(isImage);
  if (!x) return undefined;
  const kernel = pair(pool, [1, 2, 2, 3]);
  const padding = kernel.map((size) => draw.between(0, size >> 1));
  const attributes = { kernel, stride: pair(pool, [1, 2, 2, 3]), padding, ceil: draw.chance(0.3) };
  const op = draw.pick(['max_pool2d', 'max_pool2d', 'avg_pool2d', 'max_pool2d_index']);
  const value = pool.try(op, [x], attributes);
  if (value && op === 'max_pool2d_index') pool.natural.add(value.id);
  return value;
}
