/** The gradient of a convolution by its image (also called a transposed convolution), in gather form. */
import { dim } from '../dim/dim.ts';
import { dimsOf, numberOf } from './attributes.ts';
import { convSizes, forEachProduct, kernelOf, referenceKernel } from './conv-geometry.ts';
import { conv2d, convCases } from './conv2d.ts';
import { checkCount, checkInput, isProblem, sameShape, showShape } from './infer.ts';
import { InternalError } from './internal-error.ts';
import { type Primitive, primitive } from './primitive.ts';
import { sizeOf } from './reference.ts';
import { windowOfTap } from './window.ts';

export const conv2dInputGrad: Primitive = primitive({
  name: 'conv2d_input_grad',
  doc: 'Gradient of conv2d by x: dy[N, O, OH, OW], weight[O, C / groups, KH, KW] -> [N, C, H, W]; `size` is [H, W].',
  kind: 'contraction',
  inputs: ['dy', 'weight'],
  infer: (inputs, attributes) => {
    const wrong =
      checkCount('conv2d_input_grad', inputs, 2) ??
      checkInput(inputs, 0, { element: 'f32', rank: 4, as: 'the gradient of a convolution' }) ??
      checkInput(inputs, 1, { element: 'f32', rank: 4, as: 'the weight of a convolution' });
    if (wrong) return wrong;
    const [dy, weight] = inputs;
    const channels = dim.mul(weight.shape[1], dim.int(numberOf(attributes, 'groups')));
    const shape = [dy.shape[0], channels, ...dimsOf(attributes, 'size')];
    const forward = conv2d.infer([{ element: 'f32', shape }, weight], attributes);
    if (isProblem(forward)) return forward;
    if (sameShape(forward.shape, dy.shape)) return { element: 'f32', shape };
    const problem = `the gradient is ${showShape(dy.shape)}, but the convolution gives ${showShape(forward.shape)}`;
    return { problem, input: 0 };
  },
  grad: (g, { inputs: [dy, weight], attributes }, ddx) => {
    const kernel = kernelOf(weight.type.shape);
    if (!kernel) throw new InternalError('conv2d_input_grad with a symbolic kernel');
    const { size: _, ...convolution } = attributes;
    return [
      g.op('conv2d', [ddx, weight], convolution),
      g.op('conv2d_weight_grad', [ddx, dy], { ...convolution, kernel }),
    ];
  },
  lower: (l, [dy, weight], { type, attributes }, [n, c, h, w]) => {
    const [, , outHeight, outWidth] = dy.type.shape;
    const [outputs, channels, kh, kw] = weight.type.shape;
    const { groups, rows, columns } = convSizes(attributes, kernelOf(weight.type.shape) ?? [1, 1]);
    const perGroup = dim.floorDiv(outputs, dim.int(groups));
    const first = groups === 1 ? l.int(0) : l.mul(l.idiv(c, l.size(channels)), l.size(perGroup));
    const inGroup = groups === 1 ? c : l.imod(c, l.size(channels));
    return l.reduce('sum', [kh, kw, perGroup], (i, j, k) => {
      const oh = windowOfTap(l, rows, h, i, type.shape[2], outHeight);
      const ow = windowOfTap(l, columns, w, j, type.shape[3], outWidth);
      const o = l.add(first, k);
      const product = l.mul(dy.at(n, o, oh.index, ow.index), weight.at(o, inGroup, i, j));
      return l.guard(l.all(...oh.conditions, ...ow.conditions), product, l.float(0));
    });
  },
  reference: ([dy, weight], attributes) => {
    const groups = numberOf(attributes, 'groups');
    const size = dimsOf(attributes, 'size').map((d) => dim.evaluate(d, {}));
    const shape = [dy.shape[0], weight.shape[1] * groups, ...size];
    const data = new Float64Array(sizeOf(shape));
    const sizes = convSizes(attributes, referenceKernel(weight));
    forEachProduct(shape, weight.shape, dy.shape, sizes, (xAt, weightAt, yAt) => {
      data[xAt] += dy.data[yAt] * weight.data[weightAt];
    });
    return { shape, data };
  },
  cases: convCases.map(({ name, x, weight, y, attributes }) => ({
    name,
    inputs: [{ shape: y }, { shape: weight }],
    attributes: { ...attributes, size: x.slice(2).map(dim.int) },
  })),
});
