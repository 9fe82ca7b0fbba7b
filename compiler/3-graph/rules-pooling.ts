/** Rules for pooling and its gradients. */
import { axesOf } from '../ops/reduction.ts';
import { constantOf, inputsOf } from './match.ts';
import type { Rule } from './rules.ts';

/**
 * The gradient of max pooling after ReLU. Only the element that won passes a gradient on, and it equals the pooled value;
 * so ReLU's mask can be taken of the few pooled values, before they are spread, and the large activation is not read.
 */
export const pooledMasks: Rule = (g, { op, inputs: [condition, a, b] }) => {
  if (op !== 'select' || constantOf(g, b) !== 0) return undefined;
  const [dy, index] = inputsOf(g, a, 'max_pool2d_grad') ?? [];
  const [x] = (index && inputsOf(g, index, 'max_pool2d_index')) ?? [];
  const [compared, zero] = inputsOf(g, condition, 'gt') ?? [];
  if (!x || compared?.id !== x.id || constantOf(g, zero) !== 0) return undefined;
  const pooled = g.op('max_pool2d', [x], g.node(index).attributes);
  const masked = g.where(g.scalar('gt', pooled, g.constant(0)), dy, g.constant(0));
  return g.op('max_pool2d_grad', [masked, index], g.node(a).attributes);
};

/** Every window hands its gradient to exactly one element, so the sum over the image is the sum over the windows. */
export const sumOfUnpooled: Rule = (g, { op, inputs: [x], attributes }) => {
  if (op !== 'sum') return undefined;
  const [dy, index] = inputsOf(g, x, 'max_pool2d_grad') ?? [];
  if (!index || !inputsOf(g, index, 'max_pool2d_index')) return undefined;
  const axes = axesOf(attributes, x.type.shape.length);
  return axes.includes(2) && axes.includes(3) ? g.op('sum', [dy], attributes) : undefined;
};
