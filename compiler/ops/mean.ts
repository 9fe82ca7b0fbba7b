/** Means along axes: a sum, divided by how many elements there are (at run time, where the batch is among the axes). */
import { dim } from '../dim/dim.ts';
import { type Primitive, primitive } from './primitive.ts';
import {
  axesOf,
  inferReduction,
  lowerReduction,
  reducedExtents,
  reductionCases,
  referenceReduction,
  spread,
} from './reduction.ts';

export const mean: Primitive = primitive({
  name: 'mean',
  doc: 'The mean along `axes` (all of them where the list is empty), which vanish or stay with size 1 (`keepdim`).',
  kind: 'reduction',
  inputs: ['x'],
  infer: (inputs, attributes) => inferReduction('mean', inputs, attributes),
  grad: (g, { inputs: [x], attributes }, dy) => {
    const count = g.op('size', [], { dim: [dim.product(reducedExtents(x.type, attributes))], element: 'f32' });
    return [spread(g, g.div(dy, count), x.type.shape, attributes)];
  },
  lower: (l, [x], { attributes }, index) => {
    const total = lowerReduction(l, 'sum', x, attributes, index);
    return l.apply('div', total, l.apply('to_f32', l.size(dim.product(reducedExtents(x.type, attributes)))));
  },
  reference: ([x], attributes) => {
    const total = referenceReduction(x, attributes, 'sum');
    const count = axesOf(attributes, x.shape.length).reduce((product, axis) => product * x.shape[axis], 1);
    return { shape: total.shape, data: total.data.map((value) => value / count) };
  },
  cases: reductionCases,
});
