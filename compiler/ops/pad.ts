/** Surrounds a tensor with a constant. */
import { type Dim, dim } from '../dim/dim.ts';
import { dimsOf, numberOf } from './attributes.ts';
import type { Expr } from './expr.ts';
import { checkCount, showType } from './infer.ts';
import { scalarTypeOf } from './lowering.ts';
import { type Primitive, primitive } from './primitive.ts';
import { at, tensor } from './reference.ts';
import type { Attributes } from './types.ts';

const sides = (attributes: Attributes): { before: Dim[]; after: Dim[] } => ({
  before: dimsOf(attributes, 'before'),
  after: dimsOf(attributes, 'after'),
});

export const pad: Primitive = primitive({
  name: 'pad',
  doc: 'x with `before[i]` and `after[i]` elements of `value` around it along each axis i.',
  kind: 'movement',
  inputs: ['x'],
  infer: (inputs, attributes) => {
    const wrong = checkCount('pad', inputs, 1);
    if (wrong) return wrong;
    const [x] = inputs;
    const { before, after } = sides(attributes);
    if (before.length !== x.shape.length || after.length !== x.shape.length) {
      const given = `${before.length} and ${after.length}`;
      return {
        problem: `pad wants a number before and after each axis of ${showType(x)}, but gets ${given}`,
        input: 0,
      };
    }
    const negative = [...before, ...after].find((size) => (dim.constant(size) ?? 0) < 0);
    if (negative) return { problem: `pad cannot add ${dim.show(negative)} elements`, input: 0 };
    return { ...x, shape: x.shape.map((size, axis) => dim.add(size, dim.add(before[axis], after[axis]))) };
  },
  grad: (g, { inputs: [x], attributes }, dy) => {
    const { before, after } = sides(attributes);
    let dx = dy;
    for (const [axis, size] of x.type.shape.entries()) {
      if (dim.constant(dim.add(before[axis], after[axis])) === 0) continue;
      dx = g.op('slice', [dx], { axis, start: [before[axis]], end: [dim.add(before[axis], size)] });
    }
    return [dx];
  },
  lower: (l, [x], { type, attributes }, index) => {
    const { before, after } = sides(attributes);
    const conditions: Expr[] = [];
    const inner = index.map((i, axis) => {
      const own = l.sub(i, l.size(before[axis]));
      if (dim.constant(before[axis]) !== 0) conditions.push(l.apply('ge', own, l.int(0)));
      if (dim.constant(after[axis]) !== 0) conditions.push(l.apply('lt', own, l.size(x.type.shape[axis])));
      return own;
    });
    const value: Expr = { kind: 'const', type: scalarTypeOf(type.element), value: numberOf(attributes, 'value') };
    return l.guard(l.all(...conditions), x.at(...inner), value);
  },
  reference: ([x], attributes) => {
    const whole = (sizes: readonly Dim[]): number[] => sizes.map((size) => dim.evaluate(size, {}));
    const [before, after] = [whole(sides(attributes).before), whole(sides(attributes).after)];
    return tensor(
      x.shape.map((size, axis) => before[axis] + size + after[axis]),
      (...index) => {
        const inner = index.map((i, axis) => i - before[axis]);
        const inside = inner.every((i, axis) => i >= 0 && i < x.shape[axis]);
        return inside ? at(x, ...inner) : numberOf(attributes, 'value');
      },
    );
  },
  cases: [
    { name: 'both sides', inputs: [{ shape: [2, 3] }], attributes: { before: [1, 0], after: [0, 2], value: 0 } },
    { name: 'with a number', inputs: [{ shape: [3] }], attributes: { before: [2], after: [1], value: -1.5 } },
  ],
});
