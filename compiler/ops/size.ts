/** A dimension as a number: the batch's real size, by which a mean divides. */
import { dim } from '../dim/dim.ts';
import { dimOf } from './attributes.ts';
import { type Primitive, primitive } from './primitive.ts';

export const size: Primitive = primitive({
  name: 'size',
  doc: 'The dimension `dim` as a scalar; `element` is f32 or i32.',
  kind: 'leaf',
  inputs: [],
  infer: (_inputs, attributes) => ({ element: attributes.element === 'i32' ? 'i32' : 'f32', shape: [] }),
  grad: () => [],
  lower: (l, _inputs, { type, attributes }) => {
    const value = l.size(dimOf(attributes, 'dim'));
    return type.element === 'i32' ? value : l.apply('to_f32', value);
  },
  reference: (_inputs, attributes) => ({
    shape: [],
    data: Float64Array.of(dim.evaluate(dimOf(attributes, 'dim'), {})),
  }),
  cases: [
    { name: 'f32', inputs: [], attributes: { dim: [dim.int(7)], element: 'f32' } },
    { name: 'i32', inputs: [], attributes: { dim: [dim.int(7)], element: 'i32' } },
  ],
});
