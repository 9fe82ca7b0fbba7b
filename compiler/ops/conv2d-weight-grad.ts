/** The gradient of a convolution by its weight: a sum over the batch and all windows. */
import { dim } from '../dim/dim.ts';
import { numberOf, pairOf } from './attributes.ts';
import { convSizes, forEachProduct } from './conv-geometry.ts';
import { conv2d, convCases } from './conv2d.ts';
import { checkCount, checkInput, isProblem, sameShape, showShape } from './infer.ts';
import { type Primitive, primitive } from './primitive.ts';
import { sizeOf } from './reference.ts';
import { tapPosition } from './window.ts';

export const conv2dWeightGrad: Primitive = primitive({
  name: 'conv2d_weight_grad',
  doc: 'Gradient of conv2d by its weight: x[N, C, H, W], dy[N, O, OH, OW] -> [O, C / groups, KH, KW]; `kernel` is [KH, KW].',
  kind: 'contraction',
  inputs: ['x', 'dy'],
  infer: (inputs, attributes) => {
    const wrong =
      checkCount('conv2d_weight_grad', inputs, 2) ??
      checkInput(inputs, 0, { element: 'f32', rank: 4, as: 'the image of a convolution' }) ??
      checkInput(inputs, 1, { element: 'f32', rank: 4, as: 'the gradient of a convolution' });
    if (wrong) return wrong;
    const [x, dy] = inputs;
    const kernel = pairOf(attributes, 'kernel').map(dim.int);
    const channels = dim.floorDiv(x.shape[1], dim.int(numberOf(attributes, 'groups')));
    const shape = [dy.shape[1], channels, ...kernel];
    const { kernel: _, ...convolution } = attributes;
    const forward = conv2d.infer([x, { element: 'f32', shape }], convolution);
    if (isProblem(forward)) return forward;
    if (sameShape(forward.shape, dy.shape)) return { element: 'f32', shape };
    const problem = `the gradient is ${showShape(dy.shape)}, but the convolution gives ${showShape(forward.shape)}`;
    return { problem, input: 1 };
  },
  grad: (g, { inputs: [x, dy], attributes }, ddw) => {
    const { kernel: _, ...convolution } = attributes;
    return [
      g.op('conv2d_input_grad', [dy, ddw], { ...convolution, size: x.type.shape.slice(2) }),
      g.op('conv2d', [x, ddw], convolution),
    ];
  },
  lower: (l, [x, dy], { type, attributes }, [o, c, i, j]) => {
    const [batch, , height, width] = x.type.shape;
    const [, outputs, outHeight, outWidth] = dy.type.shape;
    const { groups, rows, columns } = convSizes(attributes, pairOf(attributes, 'kernel'));
    const perGroup = dim.floorDiv(outputs, dim.int(groups));
    const first = groups === 1 ? l.int(0) : l.mul(l.idiv(o, l.size(perGroup)), l.size(type.shape[1]));
    return l.reduce('sum', [batch, outHeight, outWidth], (n, oh, ow) => {
      const h = tapPosition(l, rows, oh, i, height, outHeight);
      const w = tapPosition(l, columns, ow, j, width, outWidth);
      const product = l.mul(x.at(n, l.add(first, c), h.index, w.index), dy.at(n, o, oh, ow));
      return l.guard(l.all(...h.conditions, ...w.conditions), product, l.float(0));
    });
  },
  reference: ([x, dy], attributes) => {
    const kernel = pairOf(attributes, 'kernel');
    const shape = [dy.shape[1], x.shape[1] / numberOf(attributes, 'groups'), ...kernel];
    const data = new Float64Array(sizeOf(shape));
    forEachProduct(x.shape, shape, dy.shape, convSizes(attributes, kernel), (xAt, weightAt, yAt) => {
      data[weightAt] += x.data[xAt] * dy.data[yAt];
    });
    return { shape, data };
  },
  cases: convCases.map(({ name, x, weight, y, attributes }) => ({
    name,
    inputs: [{ shape: x }, { shape: y }],
    attributes: { ...attributes, kernel: weight.slice(2) },
  })),
});
