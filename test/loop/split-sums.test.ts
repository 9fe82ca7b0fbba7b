/** Long sums with few results on WebGPU: which are split, into what, and that it is the same sum, in the same order each time. */
import { expect, test } from 'vitest';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { tensorOf } from '../../compiler/5-loop/address.ts';
import type { DispatchProgram, Part } from '../../compiler/5-loop/dispatch.ts';
import { printKernel, tensorsOf } from '../../compiler/5-loop/kernel.ts';
import { formDispatches } from '../../compiler/5-loop/side-by-side.ts';
import { arenaOf, lowerVerified } from '../fuzz/build.ts';
import { agreesEverywhere, graphOf, N, sizes, withDevices } from './support.ts';

const devices = withDevices();

interface Formed {
  readonly program: DispatchProgram;
  readonly parts: readonly Part[];
}

function formed(graph: Graph): Formed {
  const program = formDispatches(lowerVerified(graph, arenaOf([graph])).loops);
  return { program, parts: program.dispatches.flatMap(({ parts }) => parts) };
}

/** The gradient of a convolution's weight: 9 x 4 x 8 sums over the batch and `size` x `size` places. */
const weightGradient = (size: number, padding = 0) =>
  graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 4, size, size) });
    const weight = g.parameter('w', { element: 'f32', shape: sizes(8, 4, 3, 3) });
    const attributes = { stride: [1, 1], padding: [padding, padding], dilation: [1, 1], groups: 1 };
    g.output('gradient', 'w', g.gradientOf(g.op('conv2d', [x, weight], attributes), weight));
  });

const pooledGradient = graphOf((g) => {
  const x = g.input('x', { element: 'f32', shape: sizes(N, 4, 12, 12) });
  const weight = g.parameter('w', { element: 'f32', shape: sizes(8, 4, 3, 3) });
  const y = g.op('conv2d', [x, weight], { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 });
  const pooled = g.op('max_pool2d', [y], { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false });
  g.output('gradient', 'w', g.gradientOf(pooled, weight));
});

test('the gradient of a weight: slices for WebGPU, added up in a later dispatch, the sum as it is for the CPU', () => {
  const { program, parts } = formed(weightGradient(14));
  const [sums, total] = parts.filter(({ gpu, only }) => gpu !== undefined || only !== undefined);
  expect([sums.only, total.only]).toEqual([undefined, 'wgsl']);
  expect(total.label).toBe(`${sums.label}: slices`);
  const [slices, ...others] = sums.gpu?.nests ?? [];
  expect(others).toEqual([]);
  // Slices are places, of which there are as many whatever the batch is; the batch stays one sum.
  const text = printKernel(slices, program.tensors);
  expect(text).toMatch(/for r1 in 12, /);
  expect(text).toMatch(/= sum\(r0 in N(, r2 in 12)?: /);
  // The nest itself says what both targets compute.
  expect(printKernel(sums.nests[0], program.tensors)).toMatch(/= sum\(r0 in N, r1 in 12, r2 in 12: /);
  const [partials] = tensorsOf(slices).writes.map((id) => tensorOf(program.tensors, id));
  expect(partials).toMatchObject({ place: { kind: 'scratch' }, element: 'f32' });
  expect(tensorsOf(total.nests[0]).reads).toEqual([partials.id]);
  expect(tensorsOf(total.nests[0]).writes).toEqual(tensorsOf(sums.nests[0]).writes);
  const at = (part: Part): number => program.dispatches.findIndex((dispatch) => dispatch.parts.includes(part));
  expect(at(total)).toBeGreaterThan(at(sums));
});

test.each([
  ['plain', weightGradient(14)],
  ['where places are outside of the picture', weightGradient(9, 1)],
  ['behind a pool', pooledGradient],
])('%s: the same values on every device', async (_, graph) => {
  expect(formed(graph).parts.some(({ only }) => only === 'wgsl')).toBe(true);
  await agreesEverywhere(devices, graph, [1, 3, 64]);
});

test('what has results enough is not split, nor what the batch alone is summed for, nor results for each sample', () => {
  const graphs = [
    graphOf((g) => {
      const x = g.input('x', { element: 'f32', shape: sizes(N, 512) });
      const weight = g.parameter('w', { element: 'f32', shape: sizes(512, 512) });
      g.output('gradient', 'w', g.gradientOf(g.op('matmul', [x, weight], {}), weight));
    }),
    graphOf((g) => {
      const x = g.input('x', { element: 'f32', shape: sizes(N, 8) });
      g.output('result', 'y', g.sum(x, [0]));
    }),
    graphOf((g) => {
      const x = g.input('x', { element: 'f32', shape: sizes(N, 64, 64) });
      g.output('result', 'y', g.sum(x, [1, 2]));
    }),
  ];
  for (const graph of graphs) {
    for (const { gpu, only } of formed(graph).parts) expect([gpu, only]).toEqual([undefined, undefined]);
  }
});
