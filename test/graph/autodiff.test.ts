/** Gradients of whole models against central differences, and what differentiation leaves out. */
import { expect, test } from 'vitest';
import { differentiate, gradients } from '../../compiler/3-graph/autodiff.ts';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { buildGraphs } from '../../compiler/3-graph/from-typed.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { type Bindings, interpret } from '../../compiler/3-graph/interpret.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { printGraph } from '../../compiler/3-graph/print.ts';
import { verifyGraph } from '../../compiler/3-graph/verify.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { difference } from '../ops/support.ts';
import { randomBindings, smallCnn, trainingOf } from './support.ts';

/** An output's value. */
function output(graph: Graph, bindings: Bindings, role: string, name: string): ReferenceTensor {
  const at = graph.outputs.findIndex((candidate) => candidate.role === role && candidate.name === name);
  return interpret(graph, bindings)[at];
}

/** The derivative of the loss by every element of one parameter, by central differences. */
function numeric(evaluate: Graph, bindings: Bindings, path: string, step = 1e-5): ReferenceTensor {
  const { parameters = {} } = bindings;
  const { shape, data } = parameters[path];
  const lossAt = (position: number, by: number): number => {
    const moved = { shape, data: data.with(position, data[position] + by) };
    const changed = { ...bindings, parameters: { ...parameters, [path]: moved } };
    return output(evaluate, changed, 'record', 'loss').data[0];
  };
  return { shape, data: data.map((_, i) => (lossAt(i, step) - lossAt(i, -step)) / (2 * step)) };
}

test('every gradient of a small network agrees with finite differences, before and after simplification', () => {
  const { evaluate, train } = buildGraphs(trainingOf(smallCnn));
  const bindings = randomBindings([train], { N: 2 });
  const simplified = runPasses(train);
  verifyGraph(train, 'differentiation');
  verifyGraph(simplified, 'the passes');
  const paths = train.outputs.flatMap(({ role, name }) => (role === 'gradient' ? [name] : []));
  expect(paths).toEqual(['conv1', 'conv2', 'fc1', 'fc2'].flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]));
  for (const path of paths) {
    const expected = numeric(evaluate, bindings, path);
    expect(Math.max(...expected.data.map(Math.abs)), `${path} matters`).toBeGreaterThan(1e-6);
    const scale = 1 / Math.max(...expected.data.map(Math.abs));
    const scaled = (t: ReferenceTensor): ReferenceTensor => ({ shape: t.shape, data: t.data.map((x) => x * scale) });
    for (const graph of [train, simplified]) {
      const gradient = output(graph, bindings, 'gradient', path);
      expect(difference(scaled(gradient), scaled(expected)), path).toBeLessThan(1e-5);
    }
  }
});

test('nothing is computed for the gradient of the pixels', () => {
  const text = printGraph(runPasses(buildGraphs(trainingOf(smallCnn)).train));
  expect(text.match(/conv2d_input_grad/g)).toHaveLength(1);
  expect(text.match(/conv2d_weight_grad/g)).toHaveLength(2);
});

test('a partial batch divides by its own size', () => {
  const { train } = buildGraphs(trainingOf(smallCnn));
  const three = randomBindings([train], { N: 3 });
  const { image, label } = three.inputs ?? {};
  const sample = (i: number): Bindings => {
    const cut = (t: ReferenceTensor): ReferenceTensor => {
      const each = t.data.length / 3;
      return { shape: [1, ...t.shape.slice(1)], data: t.data.slice(i * each, (i + 1) * each) };
    };
    return { ...three, dims: { N: 1 }, inputs: { image: cut(image), label: cut(label) } };
  };
  const whole = output(train, three, 'gradient', 'fc2.bias');
  const parts = [0, 1, 2].map((i) => output(train, sample(i), 'gradient', 'fc2.bias').data);
  const mean = whole.data.map((_, i) => (parts[0][i] + parts[1][i] + parts[2][i]) / 3);
  expect(difference(whole, { shape: whole.shape, data: mean })).toBeLessThan(1e-12);
});

const vector = { element: 'f32' as const, shape: [dim.int(3)] };

/** Gradients at x = [1, 2, 3] of a scalar made of x. */
function gradientAt(
  build: (g: GraphBuilder, x: ReturnType<GraphBuilder['input']>) => ReturnType<GraphBuilder['input']>,
) {
  const g = new GraphBuilder('test');
  const x = g.input('x', vector);
  const [gradient] = gradients(g, g.sum(build(g, x), [0]), [x]);
  g.output('gradient', 'x', gradient);
  return [...interpret(g.finish(), { inputs: { x: { shape: [3], data: Float64Array.of(1, 2, 3) } } })[0].data];
}

test('contributions of several uses are added', () => {
  expect(gradientAt((g, x) => g.add(g.mul(x, x), x))).toEqual([3, 5, 7]);
});

test('no gradient flows through what is detached, compared or made an integer', () => {
  expect(gradientAt((g, x) => g.mul(x, g.op('detach', [x])))).toEqual([1, 2, 3]);
  expect(gradientAt((g, x) => g.mul(x, g.scalar('to_f32', g.scalar('gt', x, g.constant(1)))))).toEqual([0, 1, 1]);
  expect(gradientAt((g, x) => g.add(x, g.scalar('to_f32', g.scalar('to_i32', x))))).toEqual([1, 1, 1]);
});

test('a parameter that the loss does not depend on has the gradient zero', () => {
  const g = new GraphBuilder('test');
  const used = g.parameter('used', vector);
  const unused = g.parameter('unused', vector);
  g.output('result', 'other', unused);
  g.output('record', 'loss', g.sum(used, [0]));
  const graph = differentiate(g.finish(), 'loss', ['used', 'unused']);
  const ones = { shape: [3], data: Float64Array.of(1, 1, 1) };
  const bindings: Bindings = { parameters: { used: ones, unused: ones } };
  expect([...output(graph, bindings, 'gradient', 'used').data]).toEqual([1, 1, 1]);
  expect([...output(graph, bindings, 'gradient', 'unused').data]).toEqual([0, 0, 0]);
});
