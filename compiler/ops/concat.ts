/** Joins two tensors along an axis. */
import { dim } from '../dim/dim.ts';
import { numberOf } from './attributes.ts';
import { checkAxis, checkCount, sameShape, showType } from './infer.ts';
import { type Primitive, primitive } from './primitive.ts';
import { at, tensor } from './reference.ts';

export const concat: Primitive = primitive({
  name: 'concat',
  doc: 'a, then b, along `axis`; the other axes are equal.',
  kind: 'movement',
  inputs: ['a', 'b'],
  infer: (inputs, attributes) => {
    const axis = numberOf(attributes, 'axis');
    const wrong = checkCount('concat', inputs, 2) ?? checkAxis(inputs[0], axis);
    if (wrong) return wrong;
    const [a, b] = inputs;
    const shown = `${showType(a)} and ${showType(b)}`;
    if (a.element !== b.element) return { problem: `concat wants one element type, but gets ${shown}`, input: 1 };
    const others = a.shape.length === b.shape.length && sameShape(a.shape.with(axis, b.shape[axis]), b.shape);
    if (others) return { ...a, shape: a.shape.with(axis, dim.add(a.shape[axis], b.shape[axis])) };
    return { problem: `concat along axis ${axis} wants all other axes equal, but gets ${shown}`, input: 1 };
  },
  grad: (g, { inputs: [a, b], attributes }, dy) => {
    const axis = numberOf(attributes, 'axis');
    const middle = a.type.shape[axis];
    const end = dim.add(middle, b.type.shape[axis]);
    return [
      g.op('slice', [dy], { axis, start: 0, end: [middle] }),
      g.op('slice', [dy], { axis, start: [middle], end: [end] }),
    ];
  },
  lower: (l, [a, b], { attributes }, index) => {
    const axis = numberOf(attributes, 'axis');
    const middle = l.size(a.type.shape[axis]);
    const inB = index.with(axis, l.sub(index[axis], middle));
    return l.guard(l.apply('lt', index[axis], middle), a.at(...index), b.at(...inB));
  },
  reference: ([a, b], attributes) => {
    const axis = numberOf(attributes, 'axis');
    const middle = a.shape[axis];
    return tensor(a.shape.with(axis, middle + b.shape[axis]), (...index) =>
      index[axis] < middle ? at(a, ...index) : at(b, ...index.with(axis, index[axis] - middle)),
    );
  },
  cases: [
    { name: 'channels', inputs: [{ shape: [2, 3, 2] }, { shape: [2, 1, 2] }], attributes: { axis: 1 } },
    { name: 'first axis', inputs: [{ shape: [2, 3] }, { shape: [3, 3] }], attributes: { axis: 0 } },
  ],
});
