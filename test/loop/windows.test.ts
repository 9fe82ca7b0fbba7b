/**
 * Pooling in the kernel of the contraction that it pools: which windows are, what stays as it was, and the values of all of
 * them, forward and backward, in every way that graphs are computed.
 */
import { expect, test } from 'vitest';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { choose } from '../../compiler/5-loop/schedule.ts';
import { unrollWindows } from '../../compiler/5-loop/unroll-windows.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import type { Attributes } from '../../compiler/ops/types.ts';
import { compileGraph, runGraph } from '../target/run-graph.ts';
import { agreesEverywhere, compile, graphOf, type Maker, N, sizes, withDevices } from './support.ts';

const devices = withDevices();

const pooling = (kernel: number[], stride = kernel, padding = [0, 0], ceil = false): Attributes => ({
  kernel,
  stride,
  padding,
  ceil,
});

interface Shape {
  readonly image?: readonly number[];
  readonly outputs?: number;
  readonly stride?: number[];
  readonly padding?: number[];
}

/** A convolution with its bias and ReLU. */
function convolved(g: Maker, { image = [4, 9, 8], outputs = 8, stride = [1, 1], padding = [0, 0] }: Shape): Value {
  const x = g.input('x', { element: 'f32', shape: sizes(N, ...image) });
  const weight = g.parameter('w', { element: 'f32', shape: sizes(outputs, image[0], 3, 3) });
  const bias = g.parameter('b', { element: 'f32', shape: sizes(outputs, 1, 1) });
  const y = g.op('conv2d', [x, weight], { stride, padding, dilation: [1, 1], groups: 1 });
  return g.scalar('relu', g.add(y, g.broadcastTo(bias, y.type.shape)));
}

const pooled = (shape: Shape, attributes: Attributes, ops: readonly string[]): Graph =>
  graphOf((g) => {
    const y = convolved(g, shape);
    for (const op of ops) g.output('result', op, g.op(op, [y], attributes));
  });

const both = ['max_pool2d', 'max_pool2d_index'];

test.each<[string, Shape, Attributes, readonly string[]]>([
  ['2x2', {}, pooling([2, 2]), both],
  ['2x2 with a row that no window reads', { image: [4, 9, 9] }, pooling([2, 2]), both],
  ['3x3', { image: [4, 11, 12] }, pooling([3, 3]), both],
  ['4x4', { image: [2, 10, 10] }, pooling([4, 4]), both],
  ['1x3', { outputs: 12 }, pooling([1, 3]), both],
  ['windows apart', {}, pooling([2, 1], [3, 2]), both],
  ['means', {}, pooling([2, 2]), ['avg_pool2d']],
  ['a padded convolution', { padding: [1, 1] }, pooling([2, 2]), both],
  ['a padded convolution of one channel', { image: [1, 6, 6], padding: [1, 2] }, pooling([2, 2]), both],
  ['a convolution with strides', { stride: [2, 2], padding: [1, 0] }, pooling([2, 2]), both],
  ['channels that fill no lanes', { outputs: 3 }, pooling([2, 2]), both],
  ['windows that stick out', { image: [4, 9, 9], padding: [1, 1] }, pooling([2, 2], [2, 2], [1, 1], true), both],
  ['means over padding', { image: [3, 7, 7] }, pooling([3, 3], [3, 3], [1, 1]), ['avg_pool2d']],
])('%s: one kernel', async (_name, shape, attributes, ops) => {
  const graph = pooled(shape, attributes, ops);
  const { kernels, tensors } = compile(graph);
  expect(kernels.map(({ stores }) => stores.length)).toEqual([ops.length]);
  expect([...tensors.values()].filter(({ place }) => place.kind === 'scratch')).toEqual([]);
  await agreesEverywhere(devices, graph);
});

test.each<[string, Graph]>([
  ['windows overlap', pooled({}, pooling([3, 3], [2, 2]), both)],
  ['windows are large', pooled({ image: [2, 12, 12] }, pooling([5, 4]), both)],
  [
    'the unpooled value is a result as well',
    graphOf((g) => {
      const y = convolved(g, {});
      g.output('result', 'y', y);
      g.output('result', 'pooled', g.op('max_pool2d', [y], pooling([2, 2])));
    }),
  ],
  [
    'another kernel reads the unpooled value',
    graphOf((g) => {
      const y = convolved(g, {});
      g.output('result', 'pooled', g.op('max_pool2d', [y], pooling([2, 2])));
      g.output('result', 'mean', g.sum(y, [2, 3]));
    }),
  ],
  [
    'windows of two kinds read it',
    graphOf((g) => {
      const y = convolved(g, {});
      g.output('result', 'a', g.op('max_pool2d', [y], pooling([2, 2])));
      g.output('result', 'b', g.op('max_pool2d', [y], pooling([3, 3])));
    }),
  ],
])('nothing is computed twice where %s', async (_name, graph) => {
  const { text } = compile(graph);
  expect(text.length).toBeGreaterThan(1);
  // The convolution's element is read from memory wherever it is folded.
  expect(text.filter((kernel) => /(max|argmax|sum)\([^:]*: relu/.test(kernel))).toEqual([]);
  await agreesEverywhere(devices, graph);
});

test('a window is a register tile: its sums share one loop and both operands, lanes run over the channels', () => {
  const { kernels, tensors } = compile(
    graphOf((g) => {
      const y = g.op('max_pool2d', [convolved(g, {})], pooling([2, 2]));
      const weight = g.parameter('v', { element: 'f32', shape: sizes(4, 8, 1, 1) });
      g.output(
        'result',
        'z',
        g.op('conv2d', [y, weight], { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }),
      );
    }),
  );
  expect(kernels.length).toBe(2);
  const schedule = choose(unrollWindows(kernels[0]), tensors);
  expect(schedule).toMatchObject({ lane: { axis: 'c', width: 8 }, registers: [] });
});

test('an activation after pooling, and a reshape, end the same kernel', async () => {
  const graph = graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 3, 6, 6) });
    const weight = g.parameter('w', { element: 'f32', shape: sizes(4, 3, 3, 3) });
    const y = g.op('conv2d', [x, weight], { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 });
    const z = g.scalar('relu', g.op('max_pool2d', [y], pooling([2, 2])));
    g.output('result', 'z', g.neg(g.reshape(z, sizes(N, 16))));
  });
  expect(compile(graph).kernels.length).toBe(1);
  await agreesEverywhere(devices, graph);
});

test('the element that won is the first of the largest, and NaN is the largest', async () => {
  const graph = graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 4, 2, 8) });
    const weight = g.input('w', { element: 'f32', shape: sizes(4, 4, 1, 1) });
    const y = g.op('conv2d', [x, weight], { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 });
    for (const op of both) g.output('result', op, g.op(op, [y], pooling([2, 2])));
  });
  const module = compileGraph(graph);
  expect(module.kernels.filter(({ label }) => label.includes('conv2d + max_pool2d')).length).toBe(1);
  // One channel, four windows: [[1, 3], [3, 2]], [[NaN, 1], [9, 9]], [[1, 2], [3, NaN]], [[-1, -1], [-1, -1]].
  const rows = [1, 3, Number.NaN, 1, 1, 2, -1, -1, 3, 2, 9, 9, 3, Number.NaN, -1, -1];
  const x = Float64Array.from({ length: 64 }, (_, i) => rows[i % 16]);
  const w = Float64Array.from({ length: 16 }, (_, i) => Number(i % 4 === 0));
  const onCpu = devices.filter(({ kind }) => kind === 'cpu');
  expect(onCpu.length).toBeGreaterThan(0);
  for (const device of onCpu) {
    const results = await runGraph(device, module, 1, { x: x.map((value, i) => (i < 16 ? value : 0)), w });
    expect(results.max_pool2d.slice(0, 4)).toEqual([3, Number.NaN, Number.NaN, -1]);
    expect(results.max_pool2d_index.slice(0, 4)).toEqual([1, 0, 3, 0]);
  }
});
