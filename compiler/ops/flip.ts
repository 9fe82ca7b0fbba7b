/** Reverses axes. */
import { dim } from '../dim/dim.ts';
import { numbersOf } from './attributes.ts';
import { checkAxes, checkCount } from './infer.ts';
import { type Primitive, primitive } from './primitive.ts';
import { at, tensor } from './reference.ts';

export const flip: Primitive = primitive({
  name: 'flip',
  doc: 'The elements in reverse order along `axes`.',
  kind: 'movement',
  inputs: ['x'],
  infer: (inputs, attributes) =>
    checkCount('flip', inputs, 1) ?? checkAxes(inputs[0], numbersOf(attributes, 'axes')) ?? inputs[0],
  grad: (g, { attributes }, dy) => [g.op('flip', [dy], attributes)],
  lower: (l, [x], { attributes }, index) => {
    const axes = numbersOf(attributes, 'axes');
    const last = (axis: number): ReturnType<typeof l.size> => l.size(dim.sub(x.type.shape[axis], dim.int(1)));
    return x.at(...index.map((i, axis) => (axes.includes(axis) ? l.sub(last(axis), i) : i)));
  },
  reference: ([x], attributes) => {
    const axes = numbersOf(attributes, 'axes');
    return tensor(x.shape, (...index) =>
      at(x, ...index.map((i, axis) => (axes.includes(axis) ? x.shape[axis] - 1 - i : i))),
    );
  },
  cases: [
    { name: 'one axis', inputs: [{ shape: [3, 4] }], attributes: { axes: [1] } },
    { name: 'two axes', inputs: [{ shape: [2, 3, 4] }], attributes: { axes: [0, 2] } },
  ],
});
