/** The two-dimensional convolution, as deep learning means it: a cross-correlation. Gradients are its two siblings. */
import { dim } from '../dim/dim.ts';
import { numberOf } from './attributes.ts';
import { convSizes, forEachProduct, groupProblem, kernelOf, referenceKernel } from './conv-geometry.ts';
import { checkCount, checkInput, showType } from './infer.ts';
import { InternalError } from './internal-error.ts';
import { type OpCase, type Primitive, primitive, type ShapeProblem } from './primitive.ts';
import { sizeOf } from './reference.ts';
import type { Attributes, TensorType } from './types.ts';
import { tapPosition, windowCount, windowProblem, windowsOf } from './window.ts';

interface ConvCase {
  readonly name: string;
  readonly x: readonly number[];
  readonly weight: readonly number[];
  readonly y: readonly number[];
  readonly attributes: Attributes;
}

/** The shapes and strides that all three operators are tested with. */
export const convCases: readonly ConvCase[] = [
  {
    name: 'plain 3x3',
    x: [2, 3, 6, 5],
    weight: [4, 3, 3, 3],
    y: [2, 4, 4, 3],
    attributes: { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 },
  },
  {
    name: 'padded',
    x: [2, 2, 5, 4],
    weight: [3, 2, 3, 3],
    y: [2, 3, 5, 6],
    attributes: { stride: [1, 1], padding: [1, 2], dilation: [1, 1], groups: 1 },
  },
  {
    name: 'stride 2, rows and columns that nothing reads',
    x: [1, 2, 8, 7],
    weight: [2, 2, 3, 2],
    y: [1, 2, 4, 2],
    attributes: { stride: [2, 3], padding: [1, 0], dilation: [1, 1], groups: 1 },
  },
  {
    name: 'dilated, in groups',
    x: [2, 4, 7, 6],
    weight: [6, 2, 2, 3],
    y: [2, 6, 3, 4],
    attributes: { stride: [2, 1], padding: [1, 1], dilation: [3, 2], groups: 2 },
  },
  {
    name: 'depthwise',
    x: [1, 3, 5, 5],
    weight: [3, 1, 3, 3],
    y: [1, 3, 5, 5],
    attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 3 },
  },
  {
    name: 'stride larger than the kernel',
    x: [2, 2, 7, 7],
    weight: [2, 2, 1, 2],
    y: [2, 2, 4, 2],
    attributes: { stride: [2, 3], padding: [0, 0], dilation: [1, 1], groups: 1 },
  },
];

const cases: readonly OpCase[] = convCases.map(({ name, x, weight, attributes }) => ({
  name,
  inputs: [{ shape: x }, { shape: weight }],
  attributes,
}));

function infer(inputs: readonly TensorType[], attributes: Attributes): TensorType | ShapeProblem {
  const wrong =
    checkCount('conv2d', inputs, 2) ??
    checkInput(inputs, 0, { element: 'f32', rank: 4, as: 'the image of conv2d' }) ??
    checkInput(inputs, 1, { element: 'f32', rank: 4, as: 'the weight of conv2d' });
  if (wrong) return wrong;
  const [x, weight] = inputs.map((type) => type.shape);
  const kernel = kernelOf(weight);
  if (!kernel)
    return { problem: `the kernel's size must be known, but the weight is ${showType(inputs[1])}`, input: 1 };
  const groups = numberOf(attributes, 'groups');
  const grouping = groupProblem(groups, x[1], weight[0]);
  if (grouping) return { problem: grouping, input: 0, axis: 1 };
  const channels = dim.mul(weight[1], dim.int(groups));
  if (!dim.equal(x[1], channels)) {
    const problem = `the weight is for ${dim.show(channels)} channels, but the image has ${dim.show(x[1])}`;
    return { problem, input: 0, axis: 1 };
  }
  const windows = windowsOf(attributes, kernel);
  const problem = windowProblem(windows, [x[2], x[3]]);
  if (problem) return { problem, input: 0 };
  return { element: 'f32', shape: [x[0], weight[0], windowCount(x[2], windows[0]), windowCount(x[3], windows[1])] };
}

export const conv2d: Primitive = primitive({
  name: 'conv2d',
  doc: 'Convolution: x[N, C, H, W], weight[O, C / groups, KH, KW] -> [N, O, OH, OW].',
  kind: 'contraction',
  inputs: ['x', 'weight'],
  infer,
  grad: (g, { inputs: [x, weight], attributes }, dy) => {
    const kernel = kernelOf(weight.type.shape);
    if (!kernel) throw new InternalError('conv2d with a symbolic kernel');
    return [
      g.op('conv2d_input_grad', [dy, weight], { ...attributes, size: x.type.shape.slice(2) }),
      g.op('conv2d_weight_grad', [x, dy], { ...attributes, kernel }),
    ];
  },
  lower: (l, [x, weight], { type, attributes }, [n, o, oh, ow]) => {
    const [, , height, width] = x.type.shape;
    const [outputs, channels, kh, kw] = weight.type.shape;
    const { groups, rows, columns } = convSizes(attributes, kernelOf(weight.type.shape) ?? [1, 1]);
    const perGroup = dim.floorDiv(outputs, dim.int(groups));
    // With one group its number is 0.
    const first = groups === 1 ? l.int(0) : l.mul(l.idiv(o, l.size(perGroup)), l.size(channels));
    return l.reduce('sum', [kh, kw, channels], (i, j, c) => {
      const h = tapPosition(l, rows, oh, i, height, type.shape[2]);
      const w = tapPosition(l, columns, ow, j, width, type.shape[3]);
      const product = l.mul(x.at(n, l.add(first, c), h.index, w.index), weight.at(o, c, i, j));
      return l.guard(l.all(...h.conditions, ...w.conditions), product, l.float(0));
    });
  },
  reference: ([x, weight], attributes) => {
    const sizes = convSizes(attributes, referenceKernel(weight));
    const count = (size: number, w: typeof sizes.rows): number => dim.constant(windowCount(dim.int(size), w)) ?? 0;
    const shape = [x.shape[0], weight.shape[0], count(x.shape[2], sizes.rows), count(x.shape[3], sizes.columns)];
    const data = new Float64Array(sizeOf(shape));
    forEachProduct(x.shape, weight.shape, shape, sizes, (xAt, weightAt, yAt) => {
      data[yAt] += x.data[xAt] * weight.data[weightAt];
    });
    return { shape, data };
  },
  cases,
});
