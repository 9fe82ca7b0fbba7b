/** The gradient of max pooling: each window hands its gradient to the element that won. */
import { dim } from '../dim/dim.ts';
import { dimsOf } from './attributes.ts';
import { checkCount, checkInput, sameShape, showType } from './infer.ts';
import { InternalError } from './internal-error.ts';
import { forEachTap, gatherWindows, inferPoolGradient } from './pool-gradient.ts';
import { type Primitive, primitive } from './primitive.ts';
import { at, positionOf, sizeOf } from './reference.ts';
import { coverage, windowsOf } from './window.ts';

export const maxPool2dGrad: Primitive = primitive({
  name: 'max_pool2d_grad',
  doc: 'Gradient of max_pool2d by x: dy[N, C, OH, OW], index (of max_pool2d_index) -> [N, C, H, W]; `size` is [H, W].',
  kind: 'reduction',
  kindWith: (attributes) => (windowsOf(attributes).every((window) => coverage(window) === 1) ? 'gather' : 'reduction'),
  inputs: ['dy', 'index'],
  infer: (inputs, attributes) => {
    const wrong =
      checkCount('max_pool2d_grad', inputs, 2) ??
      checkInput(inputs, 0, { element: 'f32', rank: 4, as: 'the gradient of max_pool2d' }) ??
      checkInput(inputs, 1, { element: 'i32', rank: 4, as: 'the index of max_pool2d' });
    if (wrong) return wrong;
    const [dy, index] = inputs;
    if (sameShape(dy.shape, index.shape)) return inferPoolGradient('max_pool2d_grad', dy, attributes);
    return { problem: `the gradient is ${showType(dy)}, but the index is ${showType(index)}`, input: 1 };
  },
  grad: () => {
    throw new InternalError('max_pool2d has no second derivative');
  },
  lower: (l, [dy, index], node, [n, c, h, w]) => {
    const [, columns] = windowsOf(node.attributes);
    return gatherWindows(l, dy.type, node, [h, w], ({ window, tap }) => {
      const position = l.add(l.mul(tap[0], l.int(columns.kernel)), tap[1]);
      const won = l.apply('eq', index.at(n, c, ...window), position);
      return l.apply('select', won, dy.at(n, c, ...window), l.float(0));
    });
  },
  reference: ([dy, index], attributes) => {
    const shape = [...dy.shape.slice(0, 2), ...dimsOf(attributes, 'size').map((d) => dim.evaluate(d, {}))];
    const data = new Float64Array(sizeOf(shape));
    forEachTap(shape, dy.shape, attributes, (window, element, tap) => {
      if (at(index, ...window) === tap) data[positionOf(shape, element)] += at(dy, ...window);
    });
    return { shape, data };
  },
  cases: [
    {
      name: 'windows side by side',
      inputs: [{ shape: [2, 3, 3, 2] }, { shape: [2, 3, 3, 2], element: 'i32', range: [0, 3] }],
      attributes: { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false, size: [6, 5].map(dim.int) },
    },
    {
      name: 'overlapping and padded',
      inputs: [{ shape: [1, 2, 4, 3] }, { shape: [1, 2, 4, 3], element: 'i32', range: [0, 8] }],
      attributes: { kernel: [3, 3], stride: [2, 2], padding: [1, 1], ceil: false, size: [7, 6].map(dim.int) },
    },
    {
      name: 'the last window sticks out',
      inputs: [{ shape: [1, 1, 4, 2] }, { shape: [1, 1, 4, 2], element: 'i32', range: [0, 5] }],
      attributes: { kernel: [2, 3], stride: [2, 3], padding: [1, 0], ceil: true, size: [6, 5].map(dim.int) },
    },
    {
      name: 'windows apart',
      inputs: [{ shape: [1, 2, 3, 2] }, { shape: [1, 2, 3, 2], element: 'i32', range: [0, 1] }],
      attributes: { kernel: [1, 2], stride: [3, 3], padding: [0, 0], ceil: false, size: [8, 6].map(dim.int) },
    },
  ],
});
