/** The position of the largest element along one axis. */
import { type Primitive, primitive } from './primitive.ts';
import { inferReduction, lowerReduction, referenceReduction } from './reduction.ts';

export const argmax: Primitive = primitive({
  name: 'argmax',
  doc: 'The position (i32) of the first largest element along `axis`; NaN counts as largest.',
  kind: 'reduction',
  inputs: ['x'],
  infer: (inputs, attributes) => inferReduction('argmax', inputs, attributes, 'i32'),
  grad: () => [undefined],
  lower: (l, [x], { attributes }, index) => lowerReduction(l, 'argmax', x, attributes, index),
  reference: ([x], attributes) => referenceReduction(x, attributes, 'argmax'),
  cases: [
    { name: 'last axis', inputs: [{ shape: [4, 5] }], attributes: { axis: 1, keepdim: false } },
    { name: 'first axis, kept', inputs: [{ shape: [4, 3] }], attributes: { axis: 0, keepdim: true } },
    { name: 'an axis of size 1', inputs: [{ shape: [4, 1] }], attributes: { axis: 1, keepdim: false } },
  ],
});
