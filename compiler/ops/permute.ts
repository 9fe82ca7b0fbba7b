/** Permutes axes. */
import { numbersOf } from './attributes.ts';
import { checkAxes, checkCount, showType } from './infer.ts';
import { type Primitive, primitive } from './primitive.ts';
import { at, tensor } from './reference.ts';

/** The permutation that undoes one. */
export const inverse = (order: readonly number[]): number[] => order.map((_, axis) => order.indexOf(axis));

export const permute: Primitive = primitive({
  name: 'permute',
  doc: 'The axes in another order: axis i of the result is axis `order[i]` of x.',
  kind: 'movement',
  inputs: ['x'],
  infer: (inputs, attributes) => {
    const wrong = checkCount('permute', inputs, 1);
    if (wrong) return wrong;
    const [x] = inputs;
    const order = numbersOf(attributes, 'order');
    if (order.length !== x.shape.length) {
      const problem = `the order [${order.join(', ')}] has ${order.length} axes, but ${showType(x)} has ${x.shape.length}`;
      return { problem, input: 0 };
    }
    return checkAxes(x, order) ?? { ...x, shape: order.map((axis) => x.shape[axis]) };
  },
  grad: (g, { attributes }, dy) => [g.permute(dy, inverse(numbersOf(attributes, 'order')))],
  lower: (_l, [x], { attributes }, index) =>
    x.at(...inverse(numbersOf(attributes, 'order')).map((axis) => index[axis])),
  reference: ([x], attributes) => {
    const order = numbersOf(attributes, 'order');
    return tensor(
      order.map((axis) => x.shape[axis]),
      (...index) => at(x, ...inverse(order).map((axis) => index[axis])),
    );
  },
  cases: [
    { name: 'transpose', inputs: [{ shape: [3, 5] }], attributes: { order: [1, 0] } },
    { name: 'channels last', inputs: [{ shape: [2, 3, 4, 5] }], attributes: { order: [0, 2, 3, 1] } },
  ],
});
