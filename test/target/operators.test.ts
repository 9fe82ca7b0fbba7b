/** Every operator's every case, compiled and run on both targets, against the operator's float64 reference. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Graph, GraphNode, GraphOutput } from '../../compiler/3-graph/graph.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { leafAttributes } from '../../compiler/ops/leaf.ts';
import type { OpCase, Primitive, ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { primitives } from '../../compiler/ops/registry.ts';
import type { TensorType } from '../../compiler/ops/types.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { compileGraph, runGraph } from './run-graph.ts';

interface Example {
  readonly operator: Primitive;
  readonly index: number;
  readonly example: OpCase;
}

const examples: Example[] = primitives.flatMap((operator) =>
  operator.cases.map((example, index) => ({ operator, index, example })),
);

const titleOf = ({ operator, index }: Example): string => `${operator.name} ${index}`;

/** Seeded values of the case's range; whole numbers where the element is not f32. */
function inputOf(example: OpCase, i: number): ReferenceTensor {
  const { shape, element = 'f32', range } = example.inputs[i];
  const [low, high] = range ?? (element === 'bool' ? [0, 2] : element === 'f32' ? [-1, 1] : [0, 10]);
  let state = 12345 + i * 7919;
  const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = low + (state / 4294967296) * (high - low);
    return element === 'f32' ? Math.fround(value) : Math.floor(value);
  });
  return { shape, data };
}

/** One graph of all examples: every case's inputs, the operator, an output. */
function graphOf(list: readonly Example[]): Graph {
  const nodes: GraphNode[] = [];
  const outputs: GraphOutput[] = [];
  const push = (
    op: string,
    inputs: readonly number[],
    attributes: GraphNode['attributes'],
    type: TensorType,
  ): number => {
    nodes.push({ id: nodes.length, op, inputs, attributes, type, origin: { path: '', what: op } });
    return nodes.length - 1;
  };
  for (const entry of list) {
    const { operator, example } = entry;
    const types = example.inputs.map(
      ({ shape, element = 'f32' }): TensorType => ({ element, shape: shape.map(dim.int) }),
    );
    const inputs = types.map((type, i) =>
      push('input', [], { ...leafAttributes(type), name: `${titleOf(entry)} input ${i}` }, type),
    );
    const attributes = example.attributes ?? {};
    const type = operator.infer(types, attributes);
    if ('problem' in type) throw new Error(`${titleOf(entry)}: ${type.problem}`);
    outputs.push({ name: titleOf(entry), node: push(operator.name, inputs, attributes, type), role: 'result' });
  }
  return { name: 'operators', nodes, outputs };
}

const module = compileGraph(graphOf(examples));
const inputs = Object.fromEntries(
  examples.flatMap((entry) =>
    entry.example.inputs.map((_, i) => [`${titleOf(entry)} input ${i}`, inputOf(entry.example, i).data]),
  ),
);

/** Relative to the largest value of the result. */
const TOLERANCE = 1e-5;

describe.each(['cpu', 'webgpu'] as const)('on %s', (kind) => {
  const skip = kind === 'webgpu' && missingSwiftShader() !== undefined;
  let device: Device | undefined;
  let results: Promise<Record<string, number[]>> | undefined;
  const run = (): Promise<Record<string, number[]>> => {
    results ??= (async () => {
      device = await openDevice(kind, { threads: 2 });
      return runGraph(device, module, 1, inputs);
    })();
    return results;
  };
  afterAll(() => device?.destroy());

  test.skipIf(skip).each(examples.map((entry) => [titleOf(entry), entry] as const))('%s', async (title, entry) => {
    const { operator, example } = entry;
    const actual = (await run())[title];
    const reference = operator.reference(
      example.inputs.map((_, i) => inputOf(example, i)),
      example.attributes ?? {},
    );
    expect(actual.length).toBe(reference.data.length);
    const scale = Math.max(1e-30, ...reference.data.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0)));
    const worst = Math.max(
      0,
      ...actual.map((value, i) =>
        Object.is(value, reference.data[i]) ? 0 : Math.abs(value - reference.data[i]) / scale,
      ),
    );
    expect(worst).toBeLessThan(TOLERANCE);
  });
});
