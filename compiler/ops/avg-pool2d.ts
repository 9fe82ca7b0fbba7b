/** Average pooling, padding counting as zeros (PyTorch's `count_include_pad`), and its gradient. */
import { dim } from '../dim/dim.ts';
import { dimsOf } from './attributes.ts';
import { checkCount, checkInput } from './infer.ts';
import { inferPool, lowerPool, poolCases, referencePool } from './max-pool2d.ts';
import {
  divisor,
  forEachTap,
  gatherWindows,
  inferPoolGradient,
  referenceDivisor,
  spreadWindows,
} from './pool-gradient.ts';
import { type Primitive, primitive } from './primitive.ts';
import { at, positionOf, sizeOf, tensor, typeOf } from './reference.ts';
import { windowsOf } from './window.ts';

export const avgPool2d: Primitive = primitive({
  name: 'avg_pool2d',
  doc: 'The mean of each window: x[N, C, H, W] -> [N, C, OH, OW].',
  kind: 'reduction',
  windows: (attributes) => windowsOf(attributes),
  inputs: ['x'],
  infer: (inputs, attributes) => inferPool('avg_pool2d', inputs, attributes),
  grad: (g, { inputs: [x], attributes }, dy) => {
    const [rows, columns] = windowsOf(attributes);
    const share = g.div(dy, g.constant(rows.kernel * columns.kernel));
    const spread = spreadWindows(g, share, attributes, x.type.shape);
    return [spread ?? g.op('avg_pool2d_grad', [dy], { ...attributes, size: x.type.shape.slice(2) })];
  },
  lower: (l, [x], node, index) => {
    const sum = lowerPool(l, 'sum', x, node, index, 0);
    return l.apply('div', sum, divisor(l, node.attributes, x.type, [index[2], index[3]]));
  },
  reference: ([x], attributes) => {
    const sum = referencePool(x, attributes, 0, 'sum');
    return tensor(sum.shape, (...i) => at(sum, ...i) / referenceDivisor(attributes, x.shape, i.slice(2)));
  },
  cases: poolCases,
});

export const avgPool2dGrad: Primitive = primitive({
  name: 'avg_pool2d_grad',
  doc: 'Gradient of avg_pool2d by x: dy[N, C, OH, OW] -> [N, C, H, W]; `size` is [H, W].',
  kind: 'reduction',
  inputs: ['dy'],
  infer: (inputs, attributes) =>
    checkCount('avg_pool2d_grad', inputs, 1) ??
    checkInput(inputs, 0, { element: 'f32', rank: 4, as: 'the gradient of avg_pool2d' }) ??
    inferPoolGradient('avg_pool2d_grad', inputs[0], attributes),
  grad: (g, { attributes }, ddx) => {
    const { size: _, ...pooling } = attributes;
    return [g.op('avg_pool2d', [ddx], pooling)];
  },
  lower: (l, [dy], node, [n, c, h, w]) =>
    gatherWindows(l, dy.type, node, [h, w], ({ window }) =>
      l.apply('div', dy.at(n, c, ...window), divisor(l, node.attributes, node.type, window)),
    ),
  reference: ([dy], attributes) => {
    const shape = [...dy.shape.slice(0, 2), ...dimsOf(attributes, 'size').map((d) => dim.evaluate(d, {}))];
    const data = new Float64Array(sizeOf(shape));
    forEachTap(shape, dy.shape, attributes, (window, element) => {
      data[positionOf(shape, element)] += at(dy, ...window) / referenceDivisor(attributes, shape, window.slice(2));
    });
    return { shape, data };
  },
  cases: poolCases.map(({ name, inputs: [x], attributes = {} }) => {
    const pooled = inferPool('avg_pool2d', [typeOf(x.shape)], attributes);
    const shape = 'problem' in pooled ? [] : pooled.shape.map((d) => dim.evaluate(d, {}));
    return { name, inputs: [{ shape }], attributes: { ...attributes, size: x.shape.slice(2).map(dim.int) } };
  }),
});
