/**
 * Variances over a batch in one pass: the mean of the squared distances from a mean waits for that mean, so a second pass
 * over the activation, and a dispatch, come after the first. The moments of the distances from any one element say the same:
 * Var x = E[(x - s)^2] - E[x - s]^2, where s is the first element, which lies among the others, so that little cancels
 * (Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance", on shifted data). Not for what one
 * sample's elements give: that is a kernel of its own in any case.
 */
import { dim } from '../dim/dim.ts';
import type { Value } from '../ops/primitive.ts';
import { axesOf } from '../ops/reduction.ts';
import type { GraphBuilder } from './builder.ts';
import { inputsOf } from './match.ts';
import type { Rule } from './rules.ts';
import { isCentred } from './rules-sums.ts';

export const varianceInOnePass: Rule = (g, candidate) => {
  const { op, inputs, attributes, type } = candidate;
  if (op !== 'mean' || type.element !== 'f32') return undefined;
  const [distance, same] = inputsOf(g, inputs[0], 'mul') ?? [];
  const { shape } = inputs[0].type;
  const axes = axesOf(attributes, shape.length);
  const overBatch = axes.some((axis) => dim.constant(shape[axis]) === undefined);
  if (!overBatch || !distance || distance.id !== same?.id || !isCentred(g, distance, candidate)) return undefined;
  const [x] = inputsOf(g, distance, 'sub') ?? [];
  if (!x) return undefined;
  const shifted = g.sub(x, g.broadcastTo(firstAlong(g, x, axes), shape));
  const mean = g.op('mean', [shifted], attributes);
  const square = g.op('mean', [g.mul(shifted, shifted)], attributes);
  return g.scalar('max', g.sub(square, g.mul(mean, mean)), g.constant(0, type.shape));
};

/** The first element along the axes, which stay with a size of 1. */
function firstAlong(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return axes.reduce((value, axis) => g.op('slice', [value], { axis, start: 0, end: 1 }), x);
}
