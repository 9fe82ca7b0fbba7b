/**
 * Backwards through pooling: where windows lie side by side, what an element gets is computed where it is read, and the
 * gradient of a convolution's weight visits the winners alone. Values are compared in every way that graphs are computed.
 */
import { expect, test } from 'vitest';
import { gradients } from '../../compiler/3-graph/autodiff.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { formDispatches } from '../../compiler/5-loop/side-by-side.ts';
import type { Attributes } from '../../compiler/ops/types.ts';
import { arenaOf, lowerVerified } from '../fuzz/build.ts';
import { agreesEverywhere, compile, graphOf, N, sizes, withDevices } from './support.ts';

const devices = withDevices();

interface Net {
  readonly image?: readonly number[];
  readonly outputs?: number;
  readonly padding?: number[];
  readonly stride?: number[];
  readonly window?: number[];
  readonly apart?: number[];
  readonly poolPadding?: number[];
  readonly ceil?: boolean;
  readonly op?: 'max_pool2d' | 'avg_pool2d';
}

/** The gradients of two convolutions' weights, the first of them before ReLU and pooling, and by the image. */
function backward(net: Net): Graph {
  const { image = [8, 8, 7], outputs = 8, padding = [0, 0], stride = [1, 1], op = 'max_pool2d' } = net;
  const { window = [2, 2], apart = window, poolPadding = [0, 0], ceil = false } = net;
  const pooling: Attributes = { kernel: window, stride: apart, padding: poolPadding, ceil };
  const plain: Attributes = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
  return graphOf((g) => {
    // An intermediate value: its channels lie together.
    const x = g.scalar('tanh', g.input('x', { element: 'f32', shape: sizes(N, ...image) }));
    const w = g.parameter('w', { element: 'f32', shape: sizes(outputs, image[0], 3, 3) });
    const v = g.parameter('v', { element: 'f32', shape: sizes(3, outputs, 1, 1) });
    const y = g.scalar('relu', g.op('conv2d', [x, w], { ...plain, stride, padding }));
    const z = g.op('conv2d', [g.op(op, [y], pooling), v], plain);
    const dz = g.input('dz', z.type);
    const loss = g.sum(g.mul(z, dz), [0, 1, 2, 3]);
    const [dx, dw, dv] = gradients(g, loss, [x, w, v]);
    g.output('result', 'dx', dx);
    g.output('gradient', 'w', dw);
    g.output('gradient', 'v', dv);
  });
}

const labels = (graph: Graph): string[] => compile(graph).kernels.map(({ label }) => label);
const kernelOf = (graph: Graph, part: string): string => {
  const { kernels, text } = compile(graph);
  return text[kernels.findIndex(({ label }) => label.includes(part))];
};

test.each<[string, Net]>([
  ['2x2', {}],
  ['2x2, a row and a column that no window reads', { image: [8, 7, 7] }],
  ['3x3', { image: [4, 11, 11], window: [3, 3] }],
  ['windows apart', { image: [4, 10, 9], window: [2, 1], apart: [3, 2] }],
  ['a padded convolution', { padding: [1, 1] }],
  ['a convolution with strides', { image: [4, 11, 12], stride: [2, 2], padding: [1, 0] }],
  ['windows that stick out', { image: [4, 13, 12], poolPadding: [1, 1], ceil: true }],
  ['an image of one channel', { image: [1, 8, 8] }],
  ['an odd number of channels', { image: [3, 8, 8], outputs: 5 }],
  ['many features', { image: [4, 8, 8], outputs: 32 }],
  ['means', { op: 'avg_pool2d' }],
  ['means, a row and a column that no window reads', { image: [8, 7, 7], op: 'avg_pool2d' }],
])('%s: no kernel spreads the gradient', async (_name, net) => {
  const graph = backward(net);
  expect(labels(graph).filter((label) => /pool2d_grad$/.test(label))).toEqual([]);
  await agreesEverywhere(devices, graph, [2]);
});

test.each<[string, Net]>([
  ['overlapping windows are summed once, not at each read', { window: [3, 3], apart: [2, 2] }],
  ['windows of two elements: to read the two that say what one is takes no less memory', { window: [1, 2] }],
])('%s', async (_name, net) => {
  const graph = backward(net);
  expect(labels(graph).filter((label) => /pool2d_grad$/.test(label)).length).toBe(1);
  await agreesEverywhere(devices, graph, [2]);
});

test('the gradient of the weight sums over windows, not over their elements', () => {
  // 9 x 9 places with 3 x 3 windows.
  const large = { image: [8, 11, 11], window: [3, 3] };
  expect(kernelOf(backward(large), 'pool2d_grad + conv2d_weight_grad')).toMatch(
    /sum\(r\d+ in N, r\d+_0 in 3, r\d+_0 in 3: /,
  );
});

test('of small windows it goes through all elements, whose operands neighbours share', () => {
  // 6 x 5 places with 3 x 2 windows of 2 x 2; the last column is in none.
  expect(kernelOf(backward({}), 'pool2d_grad + conv2d_weight_grad')).toMatch(
    /in N, r\d+_0 in 3, r\d+_1 in 2, r\d+_0 in 2, r\d+_1 in 2: /,
  );
});

test('of an image of one channel it sums over all elements, eight features at a time: winners have no vectors', () => {
  expect(kernelOf(backward({ image: [1, 8, 8] }), 'pool2d_grad + conv2d_weight_grad')).toMatch(
    /in N, r\d+_0 in 3, r\d+_1 in 2, r\d+_0 in 3, r\d+_1 in 2: /,
  );
});

test('on the CPU each winner is looked up once for all channels and taps, and listed where something came back', () => {
  const graph = backward({ outputs: 32 });
  const arena = arenaOf([graph]);
  const parts = formDispatches(lowerVerified(graph, arena).loops).dispatches.flatMap((dispatch) => dispatch.parts);
  const part = parts.find(({ label }) => label.includes('conv2d_weight_grad') && label.includes('max_pool2d_grad'));
  const axes = part?.cpu?.nests.map((nest) => nest.axes.map(({ id }) => id.replace(/^r\d+/, 'r')).join(' '));
  expect(axes).toEqual(['n_0 n_1 h w c', 'n_0 r r_0 r_0 n_1', 'n_0 r n_1 h w c', 'n_0 n_1 h w c']);
  expect(part?.cpu?.repeat).toMatchObject({ from: 1, to: 3 });
  expect(part?.cpu?.nests.map(({ appending }) => appending !== undefined)).toEqual([false, true, false, false]);
});
