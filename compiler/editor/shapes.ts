/** Types and sizes as hints and hovers show them; where the uses of a body differ, as a range: `[N, 64…512, 7…56, 7…56]`. */

import { showValue } from '../2-check/show.ts';
import type { TensorValue, Value } from '../2-check/values.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';

/** `f32[N, 10]` of one or several uses; undefined where they have nothing in common. */
export function typeOfAll(tensors: readonly Pick<TensorValue, 'type'>[]): string | undefined {
  const [first, ...others] = tensors.map(({ type }) => type);
  if (!first) return undefined;
  if (others.some(({ element, shape }) => element !== first.element || shape.length !== first.shape.length)) {
    return undefined;
  }
  if (others.length === 0) return showType(first);
  const element = showType({ ...first, shape: [] }).slice(0, -2);
  const sizes = first.shape.map((_, axis) => range([first, ...others].map(({ shape }) => shape[axis])));
  return `${element}[${sizes.join(', ')}]`;
}

/** The same without the element type where it is `f32`, as most are: `[N, 10]`. */
export const shapeOfAll = (tensors: readonly Pick<TensorValue, 'type'>[]): string | undefined =>
  typeOfAll(tensors)?.replace(/^f32(?=\[.)/, '');

/** `64`, or `64…512` where it differs. */
function range(sizes: readonly Dim[]): string {
  const texts = [...new Set(sizes.map((size) => dim.show(size)))];
  if (texts.length === 1) return texts[0];
  const numbers = sizes.map((size) => dim.constant(size));
  const known = numbers.flatMap((size) => size ?? []);
  if (known.length < numbers.length) return texts.slice(0, 3).join('|');
  return `${Math.min(...known)}…${Math.max(...known)}`;
}

/** What a name or an expression is, over all uses. */
export function valueOfAll(values: readonly Value[]): string | undefined {
  const tensors = values.flatMap((value) => (value.kind === 'tensor' ? [value] : []));
  if (tensors.length > 0) return tensors.length === values.length ? typeOfAll(tensors) : undefined;
  const sizes = values.flatMap((value) => (value.kind === 'int' ? [value.dim] : []));
  if (sizes.length > 0 && sizes.length === values.length) return range(sizes);
  const texts = [...new Set(values.map(showValue))];
  return texts.length === 0 || texts.length > 4 ? undefined : texts.join(' | ');
}
