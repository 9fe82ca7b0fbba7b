/** A range of an axis. */
import { dim } from '../dim/dim.ts';
import { dimOf, numberOf } from './attributes.ts';
import { checkAxis, checkCount, showType } from './infer.ts';
import { type Primitive, primitive } from './primitive.ts';
import { at, tensor } from './reference.ts';

export const slice: Primitive = primitive({
  name: 'slice',
  doc: 'The elements `start <= i < end` of `axis`; both may be dimensions.',
  kind: 'movement',
  inputs: ['x'],
  infer: (inputs, attributes) => {
    const axis = numberOf(attributes, 'axis');
    const wrong = checkCount('slice', inputs, 1) ?? checkAxis(inputs[0], axis);
    if (wrong) return wrong;
    const [x] = inputs;
    const start = dimOf(attributes, 'start');
    const end = dimOf(attributes, 'end');
    const known = (a: typeof start, b: typeof start): boolean => (dim.constant(dim.sub(a, b)) ?? 0) >= 0;
    if (known(start, dim.int(0)) && known(end, dim.add(start, dim.int(1))) && known(x.shape[axis], end)) {
      return { ...x, shape: x.shape.map((size, i) => (i === axis ? dim.sub(end, start) : size)) };
    }
    const range = `${dim.show(start)} to ${dim.show(end)}`;
    return { problem: `${range} is no range of axis ${axis} of ${showType(x)}`, input: 0, axis };
  },
  grad: (g, { inputs: [x], attributes }, dy) => {
    const axis = numberOf(attributes, 'axis');
    const zeros = x.type.shape.map(() => dim.int(0));
    const before = zeros.with(axis, dimOf(attributes, 'start'));
    const after = zeros.with(axis, dim.sub(x.type.shape[axis], dimOf(attributes, 'end')));
    return [g.op('pad', [dy], { before, after, value: 0 })];
  },
  lower: (l, [x], { attributes }, index) => {
    const axis = numberOf(attributes, 'axis');
    return x.at(...index.with(axis, l.add(index[axis], l.size(dimOf(attributes, 'start')))));
  },
  reference: ([x], attributes) => {
    const axis = numberOf(attributes, 'axis');
    const start = dim.evaluate(dimOf(attributes, 'start'), {});
    const end = dim.evaluate(dimOf(attributes, 'end'), {});
    return tensor(x.shape.with(axis, end - start), (...index) => at(x, ...index.with(axis, index[axis] + start)));
  },
  cases: [
    { name: 'middle', inputs: [{ shape: [3, 6] }], attributes: { axis: 1, start: 2, end: 5 } },
    { name: 'one row', inputs: [{ shape: [3, 2] }], attributes: { axis: 0, start: 2, end: 3 } },
  ],
});
