/**
 * Each operator's float64 reference, and its gradient rule evaluated with such references, against PyTorch's values. The
 * references are what every target is compared with, so they must not merely agree with the code beside them.
 */
import { expect, test } from 'vitest';
import { gradients } from '../../compiler/3-graph/autodiff.ts';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { lookup, primitives } from '../../compiler/ops/registry.ts';
import { inputShape, inputValues, type OperatorCase, operatorCases, upstreamValues } from './fixtures.ts';
import { expectClose } from './tolerance.ts';

const cases = operatorCases().filter(({ op }) => op !== undefined);

/** NumPy broadcasting is not the operators' work: elementwise ones take equal shapes. */
function tensors(test: OperatorCase): readonly ReferenceTensor[] {
  return test.inputs.map((input) => ({
    shape: inputShape(input, test.n),
    data: Float64Array.from(inputValues(input, test.n)),
  }));
}

test.each(cases)('$op: $name', (fixture) => {
  const operator = lookup(fixture.op ?? '');
  if (operator === undefined) throw new Error(`the registry has no operator "${fixture.op}"`);
  const result = operator.reference(tensors(fixture), fixture.attributes ?? {});
  expect(result.shape).toEqual(fixture.shape);
  // The fixtures are rounded to f32.
  expectClose(fixture.torch, result.data, fixture.value, 1e-7);
});

/** The gradients by name, with the batch symbolic: of the sum of the operator's output times the upstream gradient. */
function interpretedGradients(
  fixture: OperatorCase,
  upstream: Float32Array,
): readonly (readonly [string, Float64Array])[] {
  const g = new GraphBuilder(fixture.name);
  const values = fixture.inputs.map(({ name, shape }) =>
    g.parameter(name, {
      element: 'f32',
      shape: shape.map((size) => (size === 'N' ? dim.symbol('N') : dim.int(size))),
    }),
  );
  const y = g.op(fixture.op ?? '', values, fixture.attributes);
  const loss = g.sum(
    g.mul(y, g.input('upstream', y.type)),
    y.type.shape.map((_, axis) => axis),
  );
  const wanted = fixture.inputs.flatMap(({ name }, i) =>
    fixture.gradients?.[name] ? [{ name, value: values[i] }] : [],
  );
  const found = gradients(
    g,
    loss,
    wanted.map(({ value }) => value),
  );
  wanted.forEach(({ name }, i) => {
    g.output('gradient', name, found[i]);
  });
  const tensorsByName = Object.fromEntries(tensors(fixture).map((tensor, i) => [fixture.inputs[i].name, tensor]));
  const results = interpret(g.finish(), {
    dims: { N: fixture.n },
    parameters: tensorsByName,
    inputs: { upstream: { shape: fixture.shape, data: Float64Array.from(upstream) } },
  });
  return wanted.map(({ name }, i) => [name, results[i].data]);
}

test.each(cases.filter(({ gradients: of }) => of !== undefined))('gradient of $op: $name', (fixture) => {
  const upstream = upstreamValues(fixture) ?? new Float32Array();
  for (const [name, values] of interpretedGradients(fixture, upstream))
    expectClose(`${fixture.torch} by ${name}`, values, fixture.gradients?.[name] ?? [], 2e-7);
});

/** Beside the leaves: comparisons and casts, views with sizes of the graph's own, and parts of other operators' gradients. */
const elsewhere: readonly string[] = [
  'random',
  'idiv',
  'imod',
  'lt',
  'le',
  'gt',
  'ge',
  'eq',
  'ne',
  'and',
  'or',
  'not',
  'select',
  'to_f32',
  'to_i32',
  'is_finite',
  'philox',
  'detach',
  'reshape',
  'broadcast_to',
  'gather',
  'max_pool2d_index',
  'max_pool2d_grad',
  'avg_pool2d_grad',
  'gather_grad',
  'conv2d_input_grad',
  'conv2d_weight_grad',
];

test('every operator is compared with PyTorch, or is known not to be', () => {
  const compared = new Set(cases.map(({ op }) => op));
  const rest = primitives.filter(({ kind, name }) => kind !== 'leaf' && !compared.has(name)).map(({ name }) => name);
  expect(rest).toEqual(elsewhere);
});
