/**
 * What a random graph's outputs should be, and how far off float32 may be. The graph is interpreted in float64 several
 * times: as it is, with every result rounded to float32, and with every result moved by a unit in float32's last place. The
 * spread is what rounding may do. Where it turns a comparison or an integer over, the seed's values are of no use.
 */
import type { Graph, GraphNode } from '../../compiler/3-graph/graph.ts';
import { type Bindings, interpretNodes } from '../../compiler/3-graph/interpret.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { textOf } from '../../compiler/ops/attributes.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { sizeOf } from '../../compiler/ops/reference.ts';
import { Draw } from './draw.ts';

const F32_EPSILON = 2 ** -23;
const RUNS = 3;
/** What the host provides: the number of the step, and its key. */
export const UNIFORMS = { step: 3, key0: 0xabcdef, key1: 0x13579b };
/** Values beyond this, and results known to fewer digits than this says, tell nothing. */
const LARGEST = 1e6;
const MOST_SPREAD = 1e-3;

export interface Expected {
  readonly values: readonly ReferenceTensor[];
  /** By output: how far each element may be off. */
  readonly tolerances: readonly number[];
}

/** The leaves' values for a batch of n, from the seed: distinct numbers, as float32 holds them. */
export function bindingsFor(graph: Graph, seed: number, n: number): Bindings {
  const inputs: Record<string, ReferenceTensor> = {};
  const parameters: Record<string, ReferenceTensor> = {};
  const states: Record<string, ReferenceTensor> = {};
  for (const node of graph.nodes) {
    const of = { input: inputs, parameter: parameters, state: states }[node.op];
    if (of) of[textOf(node.attributes, node.op === 'parameter' ? 'path' : 'name')] = leafValue(node, seed, n);
  }
  return { dims: { N: n }, inputs, parameters, states, uniforms: UNIFORMS };
}

function leafValue({ id, type }: GraphNode, seed: number, n: number): ReferenceTensor {
  const { next } = new Draw(seed * 1009 + id);
  const shape = type.shape.map((size) => dim.evaluate(size, { N: n }));
  const values = { f32: 4, f16: 4, i32: 10, u8: 256, bool: 2 }[type.element];
  const data = Float64Array.from({ length: sizeOf(shape) }, () =>
    type.element === 'f32' ? Math.fround(values * (next() - 0.5)) : Math.floor(values * next()),
  );
  return { shape, data };
}

/** Operators whose float32 results are exact where their inputs are. */
const EXACT = new Set(
  'reshape permute broadcast_to slice pad flip concat gather amax amin argmax max_pool2d max_pool2d_index iota size input parameter state uniform neg abs max min relu floor ceil round select detach'.split(
    ' ',
  ),
);

/** Undefined where the values are too large or rounding decides something. */
export function expectedOf(graph: Graph, bindings: Bindings, seed: number): Expected | undefined {
  const exact = interpretNodes(graph, bindings);
  const live = exact.every((tensor) => tensor.data.every((value) => Math.abs(value) < LARGEST));
  if (!live) return undefined;
  const spread = graph.outputs.map(() => 0);
  for (let run = 0; run < RUNS; run++) {
    const { next } = new Draw(seed * 31 + run);
    const noisy = interpretNodes(graph, bindings, (node, tensor) => {
      if (node.type.element !== 'f32') return tensor;
      const leaf = node.inputs.length === 0;
      if (EXACT.has(node.op) && !leaf) return tensor;
      const round = (value: number): number =>
        run === 0 ? Math.fround(value) : value * (1 + F32_EPSILON * (2 * next() - 1));
      return { ...tensor, data: tensor.data.map(round) };
    });
    for (const [i, node] of graph.nodes.entries()) {
      if (node.type.element === 'f32') continue;
      if (exact[i].data.some((value, at) => value !== noisy[i].data[at])) return undefined;
    }
    for (const [i, { node }] of graph.outputs.entries())
      spread[i] = Math.max(spread[i], distance(exact[node], noisy[node]));
  }
  const values = graph.outputs.map(({ node }) => exact[node]);
  const scales = values.map((tensor) => tensor.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  if (spread.some((s, i) => s > MOST_SPREAD * scales[i])) return undefined;
  return { values, tolerances: spread.map((s, i) => 1e-5 * scales[i] + 30 * s + 1e-30) };
}

/** The largest difference of two tensors' elements; infinite where one is not a number. */
export function distance(a: ReferenceTensor, b: ReferenceTensor): number {
  if (a.data.length !== b.data.length) return Number.POSITIVE_INFINITY;
  return a.data.reduce((most, value, i) => {
    const difference = Math.abs(value - b.data[i]);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
}
