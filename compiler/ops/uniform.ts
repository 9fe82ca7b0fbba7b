/** Numbers that change from step to step and are not tensors: the step's number, a learning rate. */
import { textOf } from './attributes.ts';
import { InternalError } from './internal-error.ts';
import { type Primitive, primitive } from './primitive.ts';

export const uniform: Primitive = primitive({
  name: 'uniform',
  doc: 'A number that the host provides each step, by name (`step` is 1 in the first).',
  kind: 'leaf',
  inputs: [],
  infer: (_inputs, attributes) => {
    textOf(attributes, 'name');
    return { element: 'f32', shape: [] };
  },
  grad: () => [],
  lower: (_l, _inputs, { attributes }) => ({ kind: 'uniform', type: 'f32', name: textOf(attributes, 'name') }),
  reference: () => {
    throw new InternalError('a uniform comes from the host');
  },
  cases: [],
});
