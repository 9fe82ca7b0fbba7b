/**
 * What the library's functions, losses and optimizers compute, by the float64 interpreter of the graph, against the
 * textbook formulas written out here.
 */
import { expect, test } from 'vitest';
import { buildInference } from '../../compiler/3-graph/from-typed.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { buildOptimizer } from '../../compiler/3-graph/optimizer.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { checkValid } from './harness.ts';

const tensor = (shape: readonly number[], data: readonly number[]): ReferenceTensor => ({
  shape,
  data: Float64Array.from(data),
});

/** Two samples of three numbers. */
const x = [-3.2, -0.4, 0.7, 1.5, 0, 6.9];
const label = [2, 0];

/** The body's value over x: f32[N, 3] and label: class(3)[N]. */
function run(body: string, type: string): number[] {
  const program = checkValid(`model Net(x: f32[N, 3], label: class(3)[N]) -> ${type} {\n  ${body}\n}\n`);
  const inputs = { x: tensor([2, 3], x), label: tensor([2], label) };
  const [result] = interpret(buildInference(program.models[0]), { dims: { N: 2 }, inputs });
  return [...result.data];
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i], 10);
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

const elementwise: readonly (readonly [string, (v: number) => number])[] = [
  ['relu(x)', (v) => Math.max(v, 0)],
  ['leaky_relu(x)', (v) => (v > 0 ? v : 0.01 * v)],
  ['leaky_relu(x, 0.3)', (v) => (v > 0 ? v : 0.3 * v)],
  ['relu6(x)', (v) => Math.min(Math.max(v, 0), 6)],
  ['elu(x, 2)', (v) => (v > 0 ? v : 2 * Math.expm1(v))],
  ['silu(x)', (v) => v * sigmoid(v)],
  ['hardswish(x)', (v) => (v * Math.min(Math.max(v + 3, 0), 6)) / 6],
  ['clamp(x, -1, 1.2)', (v) => Math.min(Math.max(v, -1), 1.2)],
  ['abs(x) |> sqrt', (v) => Math.sqrt(Math.abs(v))],
  ['square(x) - x / 2 + 7 % 4', (v) => v * v - v / 2 + 3],
  ['where(x > 0.5 or x == 0, -x, tanh(x))', (v) => (v > 0.5 || v === 0 ? -v : Math.tanh(v))],
  ['to_float(x) * (1 / 2)', (v) => v / 2],
];

test.each(elementwise)('%s', (body, expected) => {
  expectClose(run(body, 'f32[N, 3]'), x.map(expected));
});

const rows = [x.slice(0, 3), x.slice(3)];
const softmax = rows.map((row) => {
  const total = row.reduce((sum, v) => sum + Math.exp(v), 0);
  return row.map((v) => Math.exp(v) / total);
});

test('softmax and log_softmax', () => {
  expectClose(run('softmax(x)', 'f32[N, 3]'), softmax.flat());
  expectClose(run('log_softmax(x)', 'f32[N, 3]'), softmax.flat().map(Math.log));
  expectClose(run('log_softmax(1000 * x)', 'f32[N, 3]').map(Number.isFinite).map(Number), [1, 1, 1, 1, 1, 1]);
});

test('losses and metrics are means over the batch', () => {
  const entropy = -label.reduce((sum, k, n) => sum + Math.log(softmax[n][k]), 0) / 2;
  expectClose(run('cross_entropy(x, label)', 'f32[]'), [entropy]);
  expectClose(run('nll_loss(log_softmax(x), label)', 'f32[]'), [entropy]);
  expectClose(run('accuracy(x, label)', 'f32[]'), [0.5]);
  expectClose(run('one_hot(label)', 'f32[N, 3]'), [0, 0, 1, 1, 0, 0]);
  expectClose(run('mse_loss(x, 0 * x + 1)', 'f32[]'), [x.reduce((sum, v) => sum + (v - 1) ** 2, 0) / 6]);
  const bce = x.reduce((sum, v) => sum - (0.3 * Math.log(sigmoid(v)) + 0.7 * Math.log(1 - sigmoid(v))), 0) / 6;
  expectClose(run('bce_with_logits(x, 0 * x + 0.3)', 'f32[]'), [bce]);
});

test('reductions, indexing and sizes', () => {
  expectClose(run('max(x, axis=1)', 'f32[N]'), [0.7, 6.9]);
  expectClose(run('min(x, axis=-1, keepdim=true)', 'f32[N, 1]'), [-3.2, 0]);
  expectClose(run('sum(x) / N + 1 / N', 'f32[]'), [x.reduce((a, b) => a + b, 0) / 2 + 0.5]);
  expectClose(run('x[:, -1] + x[:, 1:3][:, 0]', 'f32[N]'), [0.7 - 0.4, 6.9]);
  expectClose(
    run('concat(x, flip(x, axis=1), axis=1) |> slice(axis=1, start=2, end=4)', 'f32[N, 2]'),
    [0.7, 0.7, 6.9, 6.9],
  );
});

/** Parameters after three steps with the gradients of p^2 / 2 from p = 1. */
function descend(optimizer: string): number[] {
  const program = checkValid(`
dataset Points {
  sample { x: f32[3] }
  train { x = idx("x.gz") }
}

model Net(x: f32[N, 3]) -> f32[N, 3] {
  x |> fc: Linear(3)
}

train Net on Points {
  loss      = mean(output)
  optimizer = ${optimizer}
}
`);
  const typed = program.trainings[0].optimizer;
  const graph = buildOptimizer(typed);
  let p = 1;
  const seen: number[] = [];
  let states = Object.fromEntries(typed.state.map((s) => [s.name, tensor([1], [s.initial])]));
  for (let step = 1; step <= 3; step++) {
    const results = interpret(graph, {
      dims: { P: 1 },
      parameters: { '*': tensor([1], [p]) },
      inputs: { gradients: tensor([1], [p]), loss: tensor([], [p]) },
      states,
      uniforms: { step },
    });
    const next = new Map(graph.outputs.map((output, i) => [output.name, results[i]]));
    p = next.get('*')?.data[0] ?? Number.NaN;
    states = Object.fromEntries(typed.state.map((s) => [s.name, next.get(s.name) ?? tensor([1], [Number.NaN])]));
    seen.push(p);
  }
  return seen;
}

test('Adam takes the steps of Kingma and Ba', () => {
  let [p, m, v] = [1, 0, 0];
  const expected = [1, 2, 3].map((t) => {
    const g = p + 0.1 * p;
    m = 0.8 * m + 0.2 * g;
    v = 0.99 * v + 0.01 * g * g;
    p -= (0.05 * (m / (1 - 0.8 ** t))) / (Math.sqrt(v / (1 - 0.99 ** t)) + 1e-3);
    return p;
  });
  expectClose(descend('Adam(lr=0.05, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.1)'), expected);
});

test('SGD: plain, with momentum, with Nesterov momentum', () => {
  expectClose(descend('SGD(lr=0.1)'), [0.9, 0.81, 0.729]);
  let [p, b] = [1, 0];
  const heavy = [1, 2, 3].map(() => {
    b = 0.9 * b + p;
    p -= 0.1 * b;
    return p;
  });
  expectClose(descend('SGD(lr=0.1, momentum=0.9)'), heavy);
  [p, b] = [1, 0];
  const nesterov = [1, 2, 3].map(() => {
    const g = 1.5 * p;
    b = 0.9 * b + g;
    p -= 0.1 * (g + 0.9 * b);
    return p;
  });
  expectClose(descend('SGD(lr=0.1, momentum=0.9, nesterov=true, weight_decay=0.5)'), nesterov);
});

/** The error function by its Taylor series; beyond 4 it is 1 within 2e-8. */
function erf(v: number): number {
  if (Math.abs(v) > 4) return Math.sign(v);
  let term = v;
  let sum = v;
  for (let n = 1; n < 100; n++) {
    term *= (-v * v) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

test("gelu is the exact one, within its error function's 1.5e-7", () => {
  const expected = x.map((v) => 0.5 * v * (1 + erf(v / Math.SQRT2)));
  for (const [i, value] of run('gelu(x)', 'f32[N, 3]').entries()) {
    expect(Math.abs(value - expected[i])).toBeLessThan(1e-7 * (1 + Math.abs(x[i])));
  }
});
