/** Sums along axes. */
import { type Primitive, primitive } from './primitive.ts';
import { inferReduction, lowerReduction, reductionCases, referenceReduction, spread } from './reduction.ts';

export const sum: Primitive = primitive({
  name: 'sum',
  doc: 'The sum along `axes` (all of them where the list is empty), which vanish or stay with size 1 (`keepdim`).',
  kind: 'reduction',
  inputs: ['x'],
  infer: (inputs, attributes) => inferReduction('sum', inputs, attributes),
  grad: (g, { inputs: [x], attributes }, dy) => [spread(g, dy, x.type.shape, attributes)],
  lower: (l, [x], { attributes }, index) => lowerReduction(l, 'sum', x, attributes, index),
  reference: ([x], attributes) => referenceReduction(x, attributes, 'sum'),
  cases: reductionCases,
});
