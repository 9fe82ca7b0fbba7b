/** Every operator, with each of its cases: lowering against reference, gradient against finite differences. */
import { describe, expect, test } from 'vitest';
import { gradients } from '../../compiler/3-graph/autodiff.ts';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { type Bindings, interpret } from '../../compiler/3-graph/interpret.ts';
import { isProblem } from '../../compiler/ops/infer.ts';
import { boundLeaves } from '../../compiler/ops/leaf.ts';
import type { OpCase, Primitive, ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { tensor } from '../../compiler/ops/reference.ts';
import { lookup, primitives } from '../../compiler/ops/registry.ts';
import { scalarTable } from '../../compiler/ops/scalar.ts';
import { difference, evaluateEverywhere, inputsOf, inputTypes, lowered, randomNumbers, typeOfCase } from './support.ts';

/** Operators whose gradient is not that of their values: a detached value has one, but it is cut off. */
const cut = new Set(['detach']);
/** First derivatives that have none themselves. */
const firstOnly = new Set(['max_pool2d_grad']);

test('names are unique and every row of the scalar table is an operator', () => {
  expect(new Set(primitives.map((operator) => operator.name)).size).toBe(primitives.length);
  for (const fn of Object.keys(scalarTable)) expect(lookup(fn)?.kind).toBe('elementwise');
});

for (const operator of primitives.filter(({ name }) => !boundLeaves.has(name))) {
  describe(operator.name, () => {
    test('has cases', () => expect(operator.cases.length).toBeGreaterThan(0));

    for (const opCase of operator.cases) {
      const label = opCase.name ?? 'case';
      test(`${label}: the lowering computes the reference`, () => {
        const type = typeOfCase(operator, opCase);
        const inputs = inputsOf(opCase);
        const expected = operator.reference(inputs, opCase.attributes ?? {});
        const expr = lowered(operator, inputTypes(opCase), opCase, type);
        const scalar = type.element === 'bool' ? 'bool' : type.element === 'f32' ? 'f32' : 'i32';
        expect(expr.type).toBe(scalar);
        expect(difference(evaluateEverywhere(expr, type.shape, inputs), expected)).toBeLessThan(1e-12);
      });

      if (!firstOnly.has(operator.name)) {
        test(`${label}: the gradient agrees with finite differences`, () => checkGradient(operator, opCase));
      }
    }

    test('refuses another number of inputs', () => {
      if (operator.kind === 'leaf' || operator.kind === 'draw') return expect(operator.inputs).toEqual([]);
      const [opCase] = operator.cases;
      const types = inputTypes(opCase);
      const result = operator.infer([...types, types[0]], opCase.attributes ?? {});
      return expect(isProblem(result)).toBe(true);
    });
  });
}

/** Compares the gradient of a randomly weighted sum of the output, by every f32 input, with central differences. */
function checkGradient(operator: Primitive, opCase: OpCase): void {
  const type = typeOfCase(operator, opCase);
  const values = inputsOf(opCase);
  const wanted = opCase.inputs.flatMap(({ element = 'f32' }, i) => (element === 'f32' ? [i] : []));
  const g = new GraphBuilder('test');
  const inputs = inputTypes(opCase).map((input, i) => g.input(`x${i}`, input));
  const y = g.op(operator.name, inputs, opCase.attributes ?? {});
  if (type.element !== 'f32') {
    const node = { inputs, output: y, attributes: opCase.attributes ?? {} };
    expect(operator.grad(g, node, y).filter((part) => part !== undefined)).toEqual([]);
    return;
  }
  const weights = g.input('weights', type);
  const all = type.shape.map((_, axis) => axis);
  const loss = g.sum(g.mul(y, weights), all);
  g.output('record', 'loss', loss);
  const found = gradients(
    g,
    loss,
    wanted.map((i) => inputs[i]),
  );
  for (const [k, gradient] of found.entries()) g.output('gradient', `x${wanted[k]}`, gradient);
  const graph = g.finish();
  const random = randomNumbers(11);
  const bindings = (changed: readonly ReferenceTensor[], w: ReferenceTensor): Bindings => ({
    inputs: Object.fromEntries([...changed.map((value, i) => [`x${i}`, value]), ['weights', w]]),
  });
  const weightValues = tensor(operator.reference(values, opCase.attributes ?? {}).shape, () => random() - 0.5);
  const [, ...computed] = interpret(graph, bindings(values, weightValues));
  const lossOnly = { ...graph, outputs: graph.outputs.slice(0, 1), nodes: graph.nodes.slice(0, loss.id + 1) };
  const lossAt = (changed: readonly ReferenceTensor[]): number =>
    interpret(lossOnly, bindings(changed, weightValues))[0].data[0];
  const step = 1e-5;
  for (const [k, i] of wanted.entries()) {
    const numeric = values[i].data.map((_, position) => {
      const moved = (by: number): ReferenceTensor[] =>
        values.map((value, j) => {
          if (j !== i) return value;
          return { shape: value.shape, data: value.data.with(position, value.data[position] + by) };
        });
      return (lossAt(moved(step)) - lossAt(moved(-step))) / (2 * step);
    });
    const expected = cut.has(operator.name) ? numeric.fill(0) : numeric;
    expect(difference(computed[k], { shape: values[i].shape, data: expected })).toBeLessThan(1e-6);
  }
}
