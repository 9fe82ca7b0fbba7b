/** Max pooling. Padding never wins; NaN does. */
import { dim } from '../dim/dim.ts';
import { flagOf } from './attributes.ts';
import { fold } from './evaluate.ts';
import type { Expr } from './expr.ts';
import { checkCount, checkInput } from './infer.ts';
import {
  type Lowering,
  type OpCase,
  type Primitive,
  primitive,
  type Reader,
  type ReferenceTensor,
  type ShapeProblem,
} from './primitive.ts';
import { at, tensor } from './reference.ts';
import type { Attributes, TensorType, Window } from './types.ts';
import { tapPosition, windowCount, windowProblem, windowsOf } from './window.ts';

/** The lowest f32: what padding counts as. (Minus infinity cannot be written in WGSL.) */
const LOWEST = -3.4028234663852886e38;

/** Inputs and windows that all pooling operators are tested with. */
export const poolCases: readonly OpCase[] = [
  {
    name: 'windows side by side',
    inputs: [{ shape: [2, 3, 6, 4] }],
    attributes: { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false },
  },
  {
    name: 'side by side with a rest',
    inputs: [{ shape: [1, 2, 7, 5] }],
    attributes: { kernel: [2, 3], stride: [2, 3], padding: [0, 0], ceil: false },
  },
  {
    name: 'overlapping and padded, as in ResNet',
    inputs: [{ shape: [2, 2, 7, 6] }],
    attributes: { kernel: [3, 3], stride: [2, 2], padding: [1, 1], ceil: false },
  },
  {
    name: 'the last window sticks out',
    inputs: [{ shape: [1, 2, 6, 7] }],
    attributes: { kernel: [3, 2], stride: [2, 3], padding: [1, 0], ceil: true },
  },
  {
    name: 'windows apart',
    inputs: [{ shape: [1, 2, 8, 7] }],
    attributes: { kernel: [1, 2], stride: [3, 3], padding: [0, 1], ceil: false },
  },
];

/** The shape rule of pooling: [N, C, H, W] -> [N, C, OH, OW]. */
export function inferPool(
  what: string,
  inputs: readonly TensorType[],
  attributes: Attributes,
): TensorType | ShapeProblem {
  const wrong =
    checkCount(what, inputs, 1) ?? checkInput(inputs, 0, { element: 'f32', rank: 4, as: `${what}'s input` });
  if (wrong) return wrong;
  const [batch, channels, height, width] = inputs[0].shape;
  const [rows, columns] = windowsOf(attributes);
  const ceil = flagOf(attributes, 'ceil');
  const problem = windowProblem([rows, columns], [height, width], ceil);
  if (problem) return { problem: problem.replace('kernel does', 'window does'), input: 0 };
  if (rows.padding * 2 > rows.kernel || columns.padding * 2 > columns.kernel) {
    const padding = `${rows.padding}x${columns.padding}`;
    return { problem: `the padding ${padding} is more than half of the ${rows.kernel}x${columns.kernel} window` };
  }
  return {
    element: 'f32',
    shape: [batch, channels, windowCount(height, rows, ceil), windowCount(width, columns, ceil)],
  };
}

/** Folds the window of one output element. `outside` is the value of padding. */
export function lowerPool(
  l: Lowering,
  combine: 'max' | 'argmax' | 'sum',
  x: Reader,
  node: { readonly type: TensorType; readonly attributes: Attributes },
  [n, c, oh, ow]: readonly Expr[],
  outside: number,
): Expr {
  const [rows, columns] = windowsOf(node.attributes);
  return l.reduce(combine, [dim.int(rows.kernel), dim.int(columns.kernel)], (i, j) => {
    const h = tapPosition(l, rows, oh, i, x.type.shape[2], node.type.shape[2]);
    const w = tapPosition(l, columns, ow, j, x.type.shape[3], node.type.shape[3]);
    return l.guard(l.all(...h.conditions, ...w.conditions), x.at(n, c, h.index, w.index), l.float(outside));
  });
}

/** The elements of each window in row-major order, `outside` for padding, folded to one number. */
export function referencePool(
  x: ReferenceTensor,
  attributes: Attributes,
  outside: number,
  combine: 'max' | 'argmax' | 'sum',
): ReferenceTensor {
  const [rows, columns] = windowsOf(attributes);
  const [batch, channels, height, width] = x.shape;
  const count = (size: number, w: Window): number =>
    dim.evaluate(windowCount(dim.int(size), w, flagOf(attributes, 'ceil')), {});
  return tensor([batch, channels, count(height, rows), count(width, columns)], (n, c, oh, ow) => {
    const elements: number[] = [];
    for (let i = 0; i < rows.kernel; i++)
      for (let j = 0; j < columns.kernel; j++) {
        const h = oh * rows.stride + i - rows.padding;
        const w = ow * columns.stride + j - columns.padding;
        const inside = h >= 0 && h < height && w >= 0 && w < width;
        elements.push(inside ? at(x, n, c, h, w) : outside);
      }
    return fold(combine, elements);
  });
}

export const maxPool2d: Primitive = primitive({
  name: 'max_pool2d',
  doc: 'The largest element of each window: x[N, C, H, W] -> [N, C, OH, OW].',
  kind: 'reduction',
  windows: (attributes) => windowsOf(attributes),
  inputs: ['x'],
  infer: (inputs, attributes) => inferPool('max_pool2d', inputs, attributes),
  grad: (g, { inputs: [x], attributes }, dy) => {
    const index = g.op('max_pool2d_index', [x], attributes);
    return [g.op('max_pool2d_grad', [dy, index], { ...attributes, size: x.type.shape.slice(2) })];
  },
  lower: (l, [x], node, index) => lowerPool(l, 'max', x, node, index, LOWEST),
  reference: ([x], attributes) => referencePool(x, attributes, LOWEST, 'max'),
  cases: poolCases,
});

/** Which element of its window won; the gradient of max pooling needs no more. */
export const maxPool2dIndex: Primitive = primitive({
  name: 'max_pool2d_index',
  doc: "The row-major position of each window's largest element inside the window: i32; the first of equals, NaN first.",
  kind: 'reduction',
  windows: (attributes) => windowsOf(attributes),
  inputs: ['x'],
  infer: (inputs, attributes) => {
    const pooled = inferPool('max_pool2d_index', inputs, attributes);
    return 'problem' in pooled ? pooled : { ...pooled, element: 'i32' };
  },
  grad: () => [undefined],
  lower: (l, [x], node, index) => lowerPool(l, 'argmax', x, node, index, LOWEST),
  reference: ([x], attributes) => referencePool(x, attributes, LOWEST, 'argmax'),
  cases: poolCases,
});
