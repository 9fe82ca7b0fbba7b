/** The largest and the smallest element along axes. Elements that tie share the gradient evenly, as in PyTorch's amax. */
import { type Primitive, primitive } from './primitive.ts';
import { axesOf, inferReduction, lowerReduction, reductionCases, referenceReduction, spread } from './reduction.ts';

function extremum(name: string, combine: 'max' | 'min', what: string): Primitive {
  return primitive({
    name,
    doc: `The ${what} element along \`axes\` (all of them where the list is empty). NaN is passed on.`,
    kind: 'reduction',
    inputs: ['x'],
    infer: (inputs, attributes) => inferReduction(name, inputs, attributes),
    grad: (g, { inputs: [x], output, attributes }, dy) => {
      const { shape } = x.type;
      const best = g.scalar('to_f32', g.scalar('eq', x, spread(g, output, shape, attributes)));
      const ties = g.sum(best, axesOf(attributes, shape.length), attributes.keepdim === true);
      return [g.mul(best, spread(g, g.div(dy, ties), shape, attributes))];
    },
    lower: (l, [x], { attributes }, index) => lowerReduction(l, combine, x, attributes, index),
    reference: ([x], attributes) => referenceReduction(x, attributes, combine),
    cases: reductionCases,
  });
}

export const amax = extremum('amax', 'max', 'largest');
export const amin = extremum('amin', 'min', 'smallest');
