/** Repeats axes of size 1, and adds axes in front: NumPy's broadcasting made explicit. */
import { dim } from '../dim/dim.ts';
import { dimsOf } from './attributes.ts';
import { checkCount, showShape, showType } from './infer.ts';
import { type Primitive, primitive } from './primitive.ts';
import { at, tensor } from './reference.ts';

export const broadcastTo: Primitive = primitive({
  name: 'broadcast_to',
  doc: 'Repeats axes of size 1 and adds leading axes up to the shape `shape`.',
  kind: 'movement',
  inputs: ['x'],
  infer: (inputs, attributes) => {
    const wrong = checkCount('broadcast_to', inputs, 1);
    if (wrong) return wrong;
    const [x] = inputs;
    const shape = dimsOf(attributes, 'shape');
    const lead = shape.length - x.shape.length;
    const bad = x.shape.findIndex((size, axis) => dim.constant(size) !== 1 && !same(size, shape[axis + lead]));
    if (lead >= 0 && bad < 0) return { ...x, shape };
    return {
      problem: `${showType(x)} cannot be repeated to the shape ${showShape(shape)}`,
      input: 0,
      axis: Math.max(bad, 0),
    };
  },
  grad: (g, { inputs: [x], output }, dy) => {
    const { shape } = x.type;
    const lead = output.type.shape.length - shape.length;
    const added = Array.from({ length: lead }, (_, axis) => axis);
    const repeated = shape.flatMap((size, axis) =>
      dim.equal(size, output.type.shape[axis + lead]) ? [] : [axis + lead],
    );
    return [g.reshape(g.sum(dy, [...added, ...repeated]), shape)];
  },
  lower: (l, [x], { type }, index) => {
    const lead = type.shape.length - x.type.shape.length;
    return x.at(...x.type.shape.map((size, axis) => (dim.constant(size) === 1 ? l.int(0) : index[axis + lead])));
  },
  reference: ([x], attributes) => {
    const shape = dimsOf(attributes, 'shape').map((d) => dim.evaluate(d, {}));
    const lead = shape.length - x.shape.length;
    return tensor(shape, (...index) => at(x, ...x.shape.map((size, axis) => (size === 1 ? 0 : index[axis + lead]))));
  },
  cases: [
    { name: 'scalar', inputs: [{ shape: [] }], attributes: { shape: [2, 3].map(dim.int) } },
    { name: 'rows', inputs: [{ shape: [3] }], attributes: { shape: [2, 3].map(dim.int) } },
    { name: 'bias of a convolution', inputs: [{ shape: [3, 1, 1] }], attributes: { shape: [2, 3, 4, 5].map(dim.int) } },
    { name: 'inner axis', inputs: [{ shape: [2, 1, 4] }], attributes: { shape: [2, 3, 4].map(dim.int) } },
  ],
});

function same(a: Parameters<typeof dim.equal>[0], b: typeof a | undefined): boolean {
  return b !== undefined && dim.equal(a, b);
}
