/** Reading a tensor at index tensors: every element of the result says by numbers which element it is. */
import { checkInput, sameShape, showType } from './infer.ts';
import { scalarTypeOf } from './lowering.ts';
import { type Primitive, primitive, type ShapeProblem } from './primitive.ts';
import { at, tensor } from './reference.ts';
import type { TensorType } from './types.ts';

/** A kernel binds 8 buffers: the result, the tensor, and six indices. */
const MOST_INDICES = 6;

/** What is wrong with indices into a tensor: one for each axis, all i32 and of one shape. They stand from input 1 on. */
export function indicesProblem(x: TensorType, indices: readonly TensorType[]): ShapeProblem | undefined {
  const rank = x.shape.length;
  if (rank === 0) return { problem: `${showType(x)} has no axis that an index could be of`, input: 0 };
  if (rank > MOST_INDICES) {
    return { problem: `a tensor with more than ${MOST_INDICES} axes cannot be indexed, as ${showType(x)}`, input: 0 };
  }
  if (indices.length !== rank) {
    const wanted = rank === 1 ? 'one index' : `${rank} indices, one for each axis`;
    return { problem: `${showType(x)} takes ${wanted}, not ${indices.length}` };
  }
  for (const [d, index] of indices.entries()) {
    const wrong = checkInput(indices, d, { element: 'i32', as: `the index of axis ${d}` });
    if (wrong) return { ...wrong, input: d + 1 };
    if (sameShape(index.shape, indices[0].shape)) continue;
    return { problem: `the indices differ in shape: ${showType(indices[0])} and ${showType(index)}`, input: d + 1 };
  }
  return undefined;
}

export const gather: Primitive = primitive({
  name: 'gather',
  doc: "x[i0, ..., ik] with an i32 index tensor for each axis of x, all of the result's shape; 0 where one is out of range.",
  kind: 'gather',
  inputs: ['x', '...indices'],
  infer: (inputs) => {
    const [x, ...indices] = inputs;
    if (x === undefined) return { problem: 'gather takes a tensor and its indices' };
    return indicesProblem(x, indices) ?? { ...x, shape: indices[0].shape };
  },
  grad: (g, { inputs: [x, ...indices] }, dy) => {
    const none = indices.map(() => undefined);
    if (x.type.element !== 'f32') return [undefined, ...none];
    return [g.op('gather_grad', [dy, ...indices], { shape: x.type.shape }), ...none];
  },
  lower: (l, [x, ...indices], { type }, index) => {
    const positions = indices.map((reader) => reader.at(...index));
    const conditions = positions.flatMap((position, d) => [
      l.apply('ge', position, l.int(0)),
      l.apply('lt', position, l.size(x.type.shape[d])),
    ]);
    const zero = { kind: 'const', type: scalarTypeOf(type.element), value: 0 } as const;
    return l.guard(l.all(...conditions), x.at(...positions), zero);
  },
  reference: ([x, ...indices]) =>
    tensor(indices[0].shape, (...index) => {
      const position = indices.map((of) => at(of, ...index));
      return position.every((p, d) => p >= 0 && p < x.shape[d]) ? at(x, ...position) : 0;
    }),
  cases: [
    {
      name: 'rows, columns, some out of range',
      inputs: [
        { shape: [4, 5] },
        { shape: [3, 8], element: 'i32', range: [-1, 5] },
        { shape: [3, 8], element: 'i32', range: [-2, 6] },
      ],
    },
    { name: 'one axis', inputs: [{ shape: [6] }, { shape: [2, 2, 4], element: 'i32', range: [0, 6] }] },
    { name: 'one element', inputs: [{ shape: [3] }, { shape: [], element: 'i32', range: [1, 2] }] },
    {
      name: 'bytes',
      inputs: [
        { shape: [2, 9], element: 'u8', range: [0, 255] },
        { shape: [7], element: 'i32', range: [0, 2] },
        { shape: [7], element: 'i32', range: [0, 10] },
      ],
    },
    {
      name: 'integers',
      inputs: [
        { shape: [4, 1], element: 'i32', range: [0, 50] },
        { shape: [4], element: 'i32', range: [0, 4] },
        { shape: [4], element: 'i32', range: [0, 2] },
      ],
    },
    {
      name: 'conditions',
      inputs: [
        { shape: [5], element: 'bool', range: [0, 1.99] },
        { shape: [12], element: 'i32', range: [-1, 6] },
      ],
    },
  ],
});
