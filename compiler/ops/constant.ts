/** Fills: tensors of any shape whose elements are one number. Scalars of the source text are fills of shape []. */
import { dim } from '../dim/dim.ts';
import { dimsOf, numberOf } from './attributes.ts';
import { leafType } from './leaf.ts';
import { scalarTypeOf } from './lowering.ts';
import { type Primitive, primitive } from './primitive.ts';
import { tensor } from './reference.ts';

export const constant: Primitive = primitive({
  name: 'constant',
  doc: 'A tensor of equal numbers: `value`.',
  kind: 'leaf',
  inputs: [],
  infer: (_inputs, attributes) => leafType(attributes),
  grad: () => [],
  lower: (_l, _inputs, { type, attributes }) => {
    return { kind: 'const', type: scalarTypeOf(type.element), value: numberOf(attributes, 'value') };
  },
  reference: (_inputs, attributes) => {
    const shape = dimsOf(attributes, 'shape').map((d) => dim.evaluate(d, {}));
    return tensor(shape, () => numberOf(attributes, 'value'));
  },
  cases: [
    { name: 'scalar', inputs: [], attributes: { value: 2.5, element: 'f32', shape: [] } },
    { name: 'tensor', inputs: [], attributes: { value: -3, element: 'i32', shape: [2, 3].map(dim.int) } },
  ],
});
