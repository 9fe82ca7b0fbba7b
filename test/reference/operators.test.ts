/**
 * Every operator, function and layer of the library against PyTorch: values and gradients, through the language, on the
 * graph's interpreter, on the CPU device and as WGSL on a WebGPU adapter.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import type { Session } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { arenaLength, parameterArena, writeParameter } from '../../runtime/weights/layout.ts';
import { type CompiledCase, compileCase, UPSTREAM } from './compiled-case.ts';
import { inputShape, inputValues, type OperatorCase, operatorCases, upstreamValues } from './fixtures.ts';
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
  const device = await openDevice(choice);
  afterAll(() => device.destroy());

  test.each(cases)('$name', async (fixture) => {
    const { graph, spec } = compilation(fixture);
    const session = await device.load(spec, { batch: fixture.n });
    writeInputs(session, fixture);
    session.run('infer', fixture.n, new Float32Array(spec.uniforms));
    for (const { name } of graph.outputs) {
      const wanted = expected(fixture, name);
      const buffer = spec.buffers.findIndex((candidate) => candidate.name === name && candidate.role === 'output');
      expectClose(`${fixture.torch}: ${name}`, await session.read(buffer, 0, wanted.length), wanted, 1e-5);
    }
    session.dispose();
  });
});

function writeInputs(session: Session, fixture: OperatorCase): void {
  const { buffers, parameters } = session.module;
  const values = new Map(fixture.inputs.map((input) => [input.name, inputValues(input, fixture.n)]));
  const upstream = upstreamValues(fixture);
  if (upstream !== undefined) values.set(UPSTREAM, upstream);
  buffers.forEach(({ name, role, element }, index) => {
    const data = values.get(name);
    if (role === 'input' && data) session.write(index, element === 'i32' ? Int32Array.from(data) : data);
  });
  const arena = new Float32Array(arenaLength(session.module));
  for (const parameter of parameters) writeParameter(arena, parameter, values.get(parameter.name) ?? []);
  session.write(parameterArena(session.module), arena);
}
