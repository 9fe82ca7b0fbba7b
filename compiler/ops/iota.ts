/** Indices along an axis: what `one_hot` and masks compare with. */
import { dim } from '../dim/dim.ts';
import { dimsOf, numberOf } from './attributes.ts';
import { checkAxis } from './infer.ts';
import { type Primitive, primitive } from './primitive.ts';
import { tensor } from './reference.ts';
import type { TensorType } from './types.ts';

export const iota: Primitive = primitive({
  name: 'iota',
  doc: "A tensor of shape `shape` that holds each element's index along `axis`: i32.",
  kind: 'leaf',
  inputs: [],
  infer: (_inputs, attributes) => {
    const type: TensorType = { element: 'i32', shape: dimsOf(attributes, 'shape') };
    return checkAxis(type, numberOf(attributes, 'axis')) ?? type;
  },
  grad: () => [],
  lower: (_l, _inputs, { attributes }, index) => index[numberOf(attributes, 'axis')],
  reference: (_inputs, attributes) => {
    const shape = dimsOf(attributes, 'shape').map((d) => dim.evaluate(d, {}));
    return tensor(shape, (...index) => index[numberOf(attributes, 'axis')]);
  },
  cases: [{ inputs: [], attributes: { shape: [3, 4].map(dim.int), axis: 1 } }],
});
