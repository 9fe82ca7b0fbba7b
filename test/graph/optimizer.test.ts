/** The optimizer's graph against PyTorch's formulas, step by step; and that a loss that is no number changes nothing. */
import { expect, test } from 'vitest';
import { buildGraphs } from '../../compiler/3-graph/from-typed.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import type { ScaledRange } from '../../compiler/3-graph/optimizer.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { verifyGraph } from '../../compiler/3-graph/verify.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { smallCnn, trainingOf } from './support.ts';

function optimizerGraph(
  optimizer: string,
  ranges: readonly ScaledRange[] = [],
): { graph: Graph; dims: Record<string, number> } {
  const training = trainingOf(smallCnn.replace('Adam(lr=0.01)', optimizer));
  const graph = runPasses(buildGraphs(training, ranges).optimizer);
  verifyGraph(graph, 'the passes');
  return { graph, dims: Object.fromEntries(dim.symbols(training.optimizer.size).map((symbol) => [symbol, 2])) };
}

interface State {
  readonly p: number[];
  readonly states: Record<string, number[]>;
}

function step(
  { graph, dims }: ReturnType<typeof optimizerGraph>,
  before: State,
  g: number[],
  step: number,
  loss = 1,
): State {
  const size = dim.evaluate(graph.nodes[0].type.shape[0], dims);
  const fill = (pair: readonly number[]) => {
    const data = new Float64Array(size);
    data.set(pair.slice(0, size));
    return { shape: [size], data };
  };
  const values = interpret(graph, {
    dims,
    parameters: { '*': fill(before.p) },
    inputs: { gradients: fill(g), loss: { shape: [], data: Float64Array.of(loss) } },
    states: Object.fromEntries(Object.entries(before.states).map(([name, value]) => [name, fill(value)])),
    uniforms: { step },
  });
  const after: State = { p: [], states: {} };
  for (const [i, { role, name }] of graph.outputs.entries()) {
    expect(role).toBe('update');
    const pair = [...values[i].data.slice(0, 2)];
    if (name === '*') after.p.push(...pair);
    else after.states[name] = pair;
  }
  return after;
}

const gradientsOf = [
  [0.5, -2],
  [0.1, 3],
  [-0.7, 1e-4],
];

test('Adam', () => {
  const optimizer = optimizerGraph('Adam(lr=0.01)');
  let state: State = { p: [1, -1], states: { m: [0, 0], v: [0, 0] } };
  const p = [1, -1];
  const m = [0, 0];
  const v = [0, 0];
  for (const [i, g] of gradientsOf.entries()) {
    state = step(optimizer, state, g, i + 1);
    for (const k of [0, 1]) {
      m[k] = 0.9 * m[k] + 0.1 * g[k];
      v[k] = 0.999 * v[k] + 0.001 * g[k] ** 2;
      const denominator = Math.sqrt(v[k]) / Math.sqrt(1 - 0.999 ** (i + 1)) + 1e-8;
      p[k] -= (0.01 / (1 - 0.9 ** (i + 1))) * (m[k] / denominator);
      expect(state.p[k]).toBeCloseTo(p[k], 12);
      expect(state.states.m[k]).toBeCloseTo(m[k], 12);
      expect(state.states.v[k]).toBeCloseTo(v[k], 12);
    }
  }
});

test('SGD has no state without momentum, and one with it', () => {
  const plain = optimizerGraph('SGD(lr=0.1)');
  expect(plain.graph.outputs.map((output) => output.name)).toEqual(['*']);
  expect(step(plain, { p: [1, 2], states: {} }, [10, -10], 1).p).toEqual([0, 3]);
  const optimizer = optimizerGraph('SGD(lr=0.1, momentum=0.5)');
  const first = step(optimizer, { p: [1, 2], states: { velocity: [0, 0] } }, [10, -10], 1);
  const second = step(optimizer, first, [10, -10], 2);
  expect(second.p[0]).toBeCloseTo(1 - 0.1 * 10 - 0.1 * 15, 12);
  expect(second.states.velocity).toEqual([15, -15]);
});

test('a range that learns at ten times the rate: as a parameter group of PyTorch with lr=0.1', () => {
  const gradients = gradientsOf.slice(0, 2);
  const run = (optimizer: ReturnType<typeof optimizerGraph>): number[] =>
    gradients.reduce((state, g, i) => step(optimizer, state, g, i + 1), {
      p: [1, -1],
      states: { m: [0, 0], v: [0, 0] },
    } as State).p;
  const scaled = run(
    optimizerGraph('AdamW(lr=0.01)', [
      { end: 1, scale: 10 },
      { end: Number.POSITIVE_INFINITY, scale: 1 },
    ]),
  );
  const [fast, slow] = [run(optimizerGraph('AdamW(lr=0.1)')), run(optimizerGraph('AdamW(lr=0.01)'))];
  expect(scaled[0]).toBeCloseTo(fast[0], 12);
  expect(scaled[1]).toBe(slow[1]);
  expect(scaled[0]).not.toBeCloseTo(slow[0], 3);
});

for (const loss of [Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`a loss of ${loss} leaves everything as it was`, () => {
    const before: State = { p: [1, -1], states: { m: [0.25, 0.5], v: [0.125, 0.5] } };
    expect(step(optimizerGraph('Adam(lr=0.01)'), before, [Number.NaN, 1], 5, loss)).toEqual(before);
  });
}

test('what depends on the step alone stays a scalar', () => {
  const { graph } = optimizerGraph('Adam(lr=0.01)');
  const powers = graph.nodes.filter((node) => node.op === 'pow');
  expect(powers.map((node) => node.type.shape)).toEqual([[], []]);
});
