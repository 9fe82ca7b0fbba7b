/**
 * Each operator's float64 reference against PyTorch's values. The references are what every target is compared with, so
 * they must not merely agree with the code beside them.
 */
import { expect, test } from 'vitest';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { lookup, primitives } from '../../compiler/ops/registry.ts';
import { inputShape, inputValues, type OperatorCase, operatorCases } from './fixtures.ts';
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

/** Beside the leaves: comparisons and casts, views with sizes of the graph's own, and parts of other operators' gradients. */
const elsewhere: readonly string[] = [
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
  'detach',
  'reshape',
  'broadcast_to',
  'max_pool2d_index',
  'max_pool2d_grad',
  'avg_pool2d_grad',
  'conv2d_input_grad',
  'conv2d_weight_grad',
];

test('every operator is compared with PyTorch, or is known not to be', () => {
  const compared = new Set(cases.map(({ op }) => op));
  const rest = primitives.filter(({ kind, name }) => kind !== 'leaf' && !compared.has(name)).map(({ name }) => name);
  expect(rest).toEqual(elsewhere);
});
