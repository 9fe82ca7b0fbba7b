/**
 * The CPU's own forms of nests: Winograd's products and winners scattered. Which nests get one, and that their values are
 * those of the nest as it is, on every way that graphs are computed.
 */
import { expect, test } from 'vitest';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { type DispatchProgram, type Part, verifyDispatches } from '../../compiler/5-loop/dispatch.ts';
import type { LoopProgram } from '../../compiler/5-loop/kernel.ts';
import { lowerPartition } from '../../compiler/5-loop/lower.ts';
import { formDispatches } from '../../compiler/5-loop/side-by-side.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { arenaOf, lowerVerified } from '../fuzz/build.ts';
import { generator } from '../support/generator.ts';
import { compileDispatches, hostStorage, lowerGraph, runGraph } from '../target/run-graph.ts';
import { agreesEverywhere, graphOf, Maker, N, sizes, withDevices } from './support.ts';

const devices = withDevices([]);

/** The parts that have a form of the CPU's own. */
function formed(graph: Graph): Part[] {
  const program = formDispatches(lowerVerified(graph, arenaOf([graph])).loops);
  verifyDispatches(program);
  return program.dispatches.flatMap(({ parts }) => parts).filter(({ cpu }) => cpu !== undefined);
}

/** What a form's nests are called. */
const steps = (parts: readonly Part[]): string[] =>
  parts.flatMap(({ cpu }) => cpu?.nests.map(({ label }) => label.replace(/.*\((.*)\)$/, '$1')) ?? []);

interface Shape {
  readonly image: readonly number[];
  readonly outputs?: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
}

function conv(g: Maker, { image, outputs = 8, kernel = 3, stride = 1, padding = 0 }: Shape): Value {
  const x = g.input('x', { element: 'f32', shape: sizes(N, ...image) });
  const weight = g.parameter('w', { element: 'f32', shape: sizes(outputs, image[0], kernel, kernel) });
  const pair = (value: number) => [value, value];
  return g.op('conv2d', [x, weight], {
    stride: pair(stride),
    padding: pair(padding),
    dilation: [1, 1],
    groups: 1,
  });
}

const forward = (shape: Shape, after: (g: Maker, y: Value) => Value = (_g, y) => y): Graph =>
  graphOf((g) => g.output('result', 'y', after(g, conv(g, shape))));

const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false };
const pool = (g: Maker, y: Value): Value => g.op('max_pool2d', [g.scalar('relu', y)], window);

/** As `forward`, pooled, its weight an input like the image. */
const constantWeights = ({ image, outputs = 8, padding = 0 }: Shape): Graph =>
  graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, ...image) });
    const weight = g.input('w', { element: 'f32', shape: sizes(outputs, image[0], 3, 3) });
    const attributes = { stride: [1, 1], padding: [padding, padding], dilation: [1, 1], groups: 1 };
    g.output('result', 'y', pool(g, g.op('conv2d', [x, weight], attributes)));
  });

const WHOLE = ['tiles transformed', 'products', 'results', 'own'];
const BORDERED = ['with its border', ...WHOLE];

test.each([
  ['an even result', forward({ image: [16, 10, 12] }), WHOLE],
  ['an odd one', forward({ image: [16, 11, 9] }), BORDERED],
  ['padded', forward({ image: [16, 8, 7], padding: 1 }), BORDERED],
  ['several panels of features', forward({ image: [20, 10, 10], outputs: 24 }), WHOLE],
  ['with an epilogue', forward({ image: [16, 10, 10] }, (g, y) => g.scalar('relu', y)), WHOLE],
  ['pooled, with a rest', forward({ image: [16, 11, 13] }, pool), WHOLE],
])('sixteen products instead of thirty-six: %s', async (_name, graph, nests) => {
  expect(steps(formed(graph))).toEqual(nests);
  await agreesEverywhere(devices, graph, [1, 2]);
});

/** The gradient of the weights of a convolution of images with 16 features. */
const backward = (shape: Shape, outputs = 16): Graph =>
  graphOf((g) => {
    const y = conv(g, { ...shape, outputs });
    const weight = g.parameter('w', { element: 'f32', shape: sizes(outputs, shape.image[0], 3, 3) });
    g.output('result', 'd', g.gradientOf(y, weight));
  });

const PREPARED = ['products', 'results', 'own'];

test.each([
  ['one tile a sample', forward({ image: [16, 5, 5], outputs: 16 }), WHOLE],
  ['four tiles a sample, padded', forward({ image: [16, 5, 6], padding: 1 }, pool), BORDERED],
  ['the sum over samples, of weights', backward({ image: [16, 5, 5] }), PREPARED],
  ['of a padded image', backward({ image: [8, 3, 3], padding: 1 }), PREPARED],
])('samples share the weights of tiles: %s', async (_name, graph, nests) => {
  expect(steps(formed(graph))).toEqual(nests);
  await agreesEverywhere(devices, graph, [1, 2, 7, 9, 33]);
});

test('few samples do not pay for transformed weights: the nests are run as they are', () => {
  const small = (shape: Shape): string[] => {
    const { kernels } = compileDispatches(formDispatches(lowerGraph(constantWeights(shape))));
    const labels = kernels.flatMap(({ parts }) => parts.map(({ label }) => label));
    return labels.filter((label) => label.includes('fewer than'));
  };
  expect(small({ image: [64, 6, 6], outputs: 128 })).toHaveLength(1);
  expect(small({ image: [16, 22, 22] })).toEqual([]);
});

test('a large image is worked on in blocks of rows, a small one as a whole', async () => {
  const blocks = (shape: Shape) => formed(forward(shape)).map(({ cpu }) => dim.show(cpu?.shared.at(-1)?.extent ?? N));
  expect(blocks({ image: [16, 10, 10] })).toEqual(['1']);
  expect(blocks({ image: [16, 66, 42] })).toEqual(['2']);
  const program = formDispatches(lowerGraph(constantWeights({ image: [16, 66, 42], padding: 1 })));
  expect(await difference(program, { x: 2 * 16 * 66 * 42, w: 8 * 16 * 9 })).toBeLessThan(1e-5);
});

test.each([
  ['blocks of rows', { image: [64, 28, 28], outputs: 64, padding: 1 }, ['2']],
  ['groups of features', { image: [256, 14, 14], outputs: 256, padding: 1 }, ['1', '2']],
])('a sample that takes long is shared among threads: %s', async (_name, shape, shared) => {
  const program = formDispatches(lowerGraph(constantWeights(shape)));
  const forms = program.dispatches.flatMap(({ parts }) => parts.flatMap(({ cpu }) => cpu ?? []));
  // All features of a frequency one after the other: nothing is repeated for each panel.
  expect(forms.map(({ repeat }) => repeat)).toEqual([undefined]);
  expect(forms[0]?.shared.slice(1).map(({ extent }) => dim.show(extent))).toEqual(shared);
  const [depth, height, width] = shape.image;
  const inputs = { x: 2 * depth * height * width, w: shape.outputs * depth * 9 };
  expect(await difference(program, inputs)).toBeLessThan(1e-4);
});

interface Unpooled {
  readonly size: number;
  readonly padding?: number;
  readonly features?: number;
}

/** Of a 3x3 convolution, then a max pool. */
const pooledSize = ({ size, padding = 0 }: Unpooled): number => Math.floor((size + 2 * padding - 2) / 2);

/** The gradient of an image behind a convolution and a max pool, as one nest: what the pool lets through is read inline. */
function unpooled({ size, padding = 0, features = 16 }: Unpooled): LoopProgram {
  const pooled = pooledSize({ size, padding });
  const g = new Maker('test');
  const input = (name: string, element: 'f32' | 'i32', ...shape: number[]) =>
    g.input(name, { element, shape: sizes(N, ...shape) });
  const dy = input('dy', 'f32', 8, pooled, pooled);
  const index = input('index', 'i32', 8, pooled, pooled);
  const weight = g.op('permute', [g.input('w', { element: 'f32', shape: sizes(3, 3, 8, features) })], {
    order: [2, 3, 0, 1],
  });
  const inner = sizes(size + 2 * padding - 2, size + 2 * padding - 2);
  const spread = g.op('max_pool2d_grad', [dy, index], { ...window, size: inner });
  const attributes = { stride: [1, 1], padding: [padding, padding], dilation: [1, 1], groups: 1 };
  const dx = g.op('conv2d_input_grad', [spread, weight], { ...attributes, size: sizes(size, size) });
  g.output('result', 'dx', g.op('permute', [dx], { order: [0, 2, 3, 1] }));
  const graph = g.finish();
  const roots = graph.outputs.map(({ node }) => node);
  const stored = new Set([...graph.nodes.filter(({ op }) => op === 'input').map(({ id }) => id), ...roots]);
  return lowerPartition({ graph, stored, groups: [{ roots, heavy: dx.id }] }, hostStorage);
}

/** Which element of its window won. */
const anywhere: Values = (random) => random(4);

test.each<[string, Unpooled, Values]>([
  ['as it is', { size: 11 }, anywhere],
  ['padded', { size: 8, padding: 1 }, anywhere],
  ['with a row that no window has', { size: 9, padding: 1 }, anywhere],
  ['all at the same place of each window', { size: 11 }, () => 0],
])('winners behind a max pool are scattered: %s', async (_name, shape, index) => {
  const program = formDispatches(unpooled(shape));
  verifyDispatches(program);
  const [part] = program.dispatches.flatMap(({ parts }) => parts);
  expect(steps([part])).toEqual(['cleared', 'listed', 'winners added', 'own']);
  // A list has places for all eight channels.
  const lists = [...program.tensors.values()].find(({ name }) => name === 'factors');
  expect(lists && dim.constant(lists.shape[2])).toBe(8);
  const elements = 2 * 8 * pooledSize(shape) ** 2;
  const shapes = { dy: elements, index: elements, w: 9 * 8 * 16 };
  expect(await difference(program, shapes, { index })).toBeLessThan(1e-5);
});

test('where nothing came back nothing is listed', async () => {
  const program = formDispatches(unpooled({ size: 11 }));
  const shapes = { dy: 2 * 8 * 16, index: 2 * 8 * 16, w: 9 * 8 * 16 };
  const results = resultsOf(program, shapes, { dy: () => 0, index: anywhere });
  expect(new Set((await results).flat())).toEqual(new Set([0]));
});

test('without vectors along the features nothing is scattered', () => {
  const program = formDispatches(unpooled({ size: 11, features: 6 }));
  expect(program.dispatches.flatMap(({ parts }) => parts).every(({ cpu }) => cpu === undefined)).toBe(true);
});

type Values = (random: (below: number) => number, i: number) => number;
type Inputs = Readonly<Record<string, number>>;

/** Every third is zero, as behind a ReLU. */
const numbers: Values = (random, i) => (i % 3 === 0 ? 0 : random(1000) / 1000 - 0.5);

/** A program's results on the CPU with its own forms, and without, of two samples. `inputs`: how many elements they have. */
async function resultsOf(
  program: DispatchProgram,
  inputs: Inputs,
  given: Readonly<Record<string, Values>> = {},
): Promise<number[][]> {
  const plain = program.dispatches.map(({ parts }) => ({ parts: parts.map((part) => ({ ...part, cpu: undefined })) }));
  const random = generator(1);
  const values = Object.entries(inputs).map(([name, length]): [string, Float64Array] => [
    name,
    Float64Array.from({ length }, (_, i) => (given[name] ?? numbers)(random, i)),
  ]);
  const device = await openDevice('cpu', { threads: 2 });
  const results = [];
  for (const each of [program, { ...program, dispatches: plain }])
    results.push(Object.values(await runGraph(device, compileDispatches(each), 2, Object.fromEntries(values))).flat());
  await device.destroy();
  return results;
}

/** The largest difference between the two. */
async function difference(...of: Parameters<typeof resultsOf>): Promise<number> {
  const [own, other] = await resultsOf(...of);
  expect(own.some((value) => value !== 0)).toBe(true);
  return Math.max(...own.map((value, i) => Math.abs(value - other[i])));
}

test.each([
  ['few channels', forward({ image: [8, 12, 12] })],
  ['features that fill no panel', forward({ image: [16, 12, 12], outputs: 12 })],
  ['a single place', forward({ image: [16, 3, 3] })],
  ['tiles that are half waste', forward({ image: [16, 3, 80] })],
  ['every second place', forward({ image: [16, 21, 21], stride: 2 })],
  ['a larger kernel', forward({ image: [16, 14, 14], kernel: 5 })],
])('no such products: %s', (_name, graph) => {
  expect(formed(graph)).toEqual([]);
});

test('the weights are transformed before, in a dispatch of their own', () => {
  const program = formDispatches(lowerGraph(forward({ image: [16, 10, 12] })));
  expect(program.dispatches.map(({ parts }) => parts.map(({ only }) => only))).toEqual([['wasm'], [undefined]]);
});

test('the gradient of the image, which is read with the kernel turned around', async () => {
  const graph = graphOf((g) => {
    const shape = { image: [8, 9, 10], outputs: 16, padding: 1 };
    const y = conv(g, shape);
    const x = g.input('x', { element: 'f32', shape: sizes(N, ...shape.image) });
    g.output('result', 'dx', g.gradientOf(y, x));
  });
  expect(steps(formed(graph))).toEqual(BORDERED);
  await agreesEverywhere(devices, graph, [1, 3]);
});
