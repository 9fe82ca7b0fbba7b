/** The gradient of `gather` by the tensor that is read: each element collects from wherever it was read. */
import { dim } from '../dim/dim.ts';
import { dimsOf } from './attributes.ts';
import { gather, indicesProblem } from './gather.ts';
import { checkInput, sameShape, showType } from './infer.ts';
import { type Primitive, primitive } from './primitive.ts';
import { indicesOf, positionOf, sizeOf } from './reference.ts';
import type { TensorType } from './types.ts';

export const gatherGrad: Primitive = primitive({
  name: 'gather_grad',
  doc: "Gradient of gather by x: dy and gather's indices -> x's `shape`; the sum of dy over all places that read an element.",
  kind: 'reduction',
  inputs: ['dy', '...indices'],
  infer: (inputs, attributes) => {
    const [dy, ...indices] = inputs;
    if (dy === undefined) return { problem: 'gather_grad takes a gradient and the indices of gather' };
    const wrong = checkInput(inputs, 0, { element: 'f32', as: 'the gradient of gather' });
    if (wrong) return wrong;
    const x: TensorType = { element: 'f32', shape: dimsOf(attributes, 'shape') };
    const problem = indicesProblem(x, indices);
    if (problem) return problem;
    if (sameShape(dy.shape, indices[0].shape)) return x;
    return { problem: `the gradient is ${showType(dy)}, but the indices are ${showType(indices[0])}`, input: 0 };
  },
  // Linear in dy: the other way round it reads again.
  grad: (g, { inputs: [, ...indices] }, ddx) => [g.op('gather', [ddx, ...indices]), ...indices.map(() => undefined)],
  lower: (l, [dy, ...indices], _node, index) =>
    l.reduce('sum', dy.type.shape, (...place) => {
      const hits = indices.map((reader, d) => l.apply('eq', reader.at(...place), index[d]));
      return l.guard(l.all(...hits), dy.at(...place), l.float(0));
    }),
  reference: ([dy, ...indices], attributes) => {
    const shape = dimsOf(attributes, 'shape').map((size) => dim.evaluate(size, {}));
    const data = new Float64Array(sizeOf(shape));
    let place = 0;
    for (const _ of indicesOf(dy.shape)) {
      const position = indices.map((of) => of.data[place]);
      const inside = position.every((p, d) => p >= 0 && p < shape[d]);
      if (inside) data[positionOf(shape, position)] += dy.data[place];
      place++;
    }
    return { shape, data };
  },
  cases: gather.cases.flatMap(({ name, inputs: [x, ...indices] }) => {
    if (x.element !== undefined) return [];
    return [{ name, inputs: [{ shape: indices[0].shape }, ...indices], attributes: { shape: x.shape.map(dim.int) } }];
  }),
});
