/**
 * Every operator, function and layer of the library against PyTorch: values and gradients, through the language, on the
 * graph's interpreter, on the CPU device and as WGSL on a WebGPU adapter.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { openOneThread } from '../support/one-thread.ts';
import { type CompiledCase, compileCase, UPSTREAM } from './compiled-case.ts';
import { inputShape, inputValues, type OperatorCase, operatorCases, upstreamValues } from './fixtures.ts';
import { runCase } from './run-case.ts';
import { expectClose } from './tolerance.ts';

const cases = operatorCases();
const compiled = new Map<OperatorCase, CompiledCase>();

/** Compiled once for all devices. */
function compilation(fixture: OperatorCase): CompiledCase {
  const known = compiled.get(fixture) ?? compileCase(fixture);
  compiled.set(fixture, known);
  return known;
}

/** What an output of the case's graph must be. */
function expected(fixture: OperatorCase, output: string): readonly number[] {
  return fixture.gradients?.[output] ?? fixture.value;
}

describe('interpreted in float64', () => {
  test.each(cases)('$name', (fixture) => {
    const { graph } = compilation(fixture);
    const tensors = fixture.inputs.map((input) => [
      input.name,
      { shape: inputShape(input, fixture.n), data: Float64Array.from(inputValues(input, fixture.n)) },
    ]);
    const leaves = Object.fromEntries([
      ...tensors,
      [UPSTREAM, { shape: fixture.shape, data: Float64Array.from(upstreamValues(fixture) ?? []) }],
    ]);
    const results = interpret(graph, { dims: { N: fixture.n }, inputs: leaves, parameters: leaves });
    expect(results[0].shape).toEqual(fixture.shape);
    graph.outputs.forEach(({ name }, i) => {
      expectClose(`${fixture.torch}: ${name}`, results[i].data, expected(fixture, name), 1e-6);
    });
  });
});

describe.each(['cpu', 'webgpu'] as const)('on the device %s', async (choice) => {
  const device = await openOneThread(choice);
  afterAll(() => device.destroy());

  test.each(cases)('$name', async (fixture) => {
    const { graph, spec } = compilation(fixture);
    const values = new Map(fixture.inputs.map((input) => [input.name, inputValues(input, fixture.n)]));
    const upstream = upstreamValues(fixture);
    if (upstream) values.set(UPSTREAM, upstream);
    const results = await runCase(device, spec, fixture.n, values);
    for (const { name } of graph.outputs) {
      expectClose(`${fixture.torch}: ${name}`, results.get(name) ?? [], expected(fixture, name), 1e-5);
    }
  });
});
