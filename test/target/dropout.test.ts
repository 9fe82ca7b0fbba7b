/** Dropout as a graph, forward and backward: on every device the values of the interpreter, and one mask for both. */
import { afterAll, describe, expect, test } from 'vitest';
import { gradients } from '../../compiler/3-graph/autodiff.ts';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { ReferenceTensor, Value } from '../../compiler/ops/primitive.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { randomNumbers } from '../ops/support.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { compileGraph, runGraph } from './run-graph.ts';

const N = dim.symbol('N');
const KEEP = 0.8;
const key = [0x5eed01, 0x00abcd];
const n = 9;

const devices: Device[] = [];
afterAll(async () => {
  for (const device of devices) await device.destroy();
});

/** x where a draw is below KEEP, larger by what is lost on average, else 0. */
function dropout(g: GraphBuilder, x: Value, site: number): Value {
  const kept = g.scalar('lt', g.op('random', [], { shape: x.type.shape, site }), g.constant(KEEP));
  return g.where(kept, g.div(x, g.constant(KEEP)), g.constant(0));
}

const f32 = (...shape: (number | Dim)[]) => ({
  element: 'f32' as const,
  shape: shape.map((size) => (typeof size === 'number' ? dim.int(size) : size)),
});

/** x, `a` and `b` -> both layers' dropped values, and the gradients of a weighted sum of the second's. */
function network(hidden: number) {
  const g = new GraphBuilder('dropout');
  const inputs = {
    x: g.input('x', f32(N, 6)),
    a: g.input('a', f32(6, hidden)),
    b: g.input('b', f32(hidden, 4)),
    upstream: g.input('upstream', f32(N, 4)),
  };
  const first = dropout(g, g.op('relu', [g.op('matmul', [inputs.x, inputs.a])]), 0);
  const second = dropout(g, g.op('matmul', [first, inputs.b]), 1);
  const loss = g.sum(g.mul(second, inputs.upstream), [0, 1]);
  g.output('result', 'first', first);
  g.output('result', 'second', second);
  const wrt = [inputs.x, inputs.a, inputs.b, first];
  for (const [i, gradient] of gradients(g, loss, wrt).entries()) {
    g.output('result', `d ${['x', 'a', 'b', 'first'][i]}`, gradient);
  }
  return runPasses(g.finish());
}

function valuesOf(hidden: number): Record<string, ReferenceTensor> {
  const random = randomNumbers(3);
  const make = (shape: number[]): ReferenceTensor => ({
    shape,
    data: Float64Array.from({ length: shape[0] * shape[1] }, () => Math.fround(random() - 0.3)),
  });
  return { x: make([n, 6]), a: make([6, hidden]), b: make([hidden, 4]), upstream: make([n, 4]) };
}

/** Hidden rows that fill vector lanes, and rows that do not. */
describe.each([16, 7])('%i hidden', (hidden) => {
  const graph = network(hidden);
  const values = valuesOf(hidden);
  const bindings = { dims: { N: n }, inputs: values, uniforms: { key0: key[0], key1: key[1] } };
  const expected = interpret(graph, bindings);
  const named = new Map(graph.outputs.map(({ name }, i) => [name, [...expected[i].data]]));

  test('about a fifth is dropped; another key drops others', () => {
    const dropped = (values: readonly number[]): number => values.filter((value) => value === 0).length / values.length;
    expect(Math.abs(dropped(named.get('second') ?? []) - 0.2)).toBeLessThan(0.2);
    const [, second] = interpret(graph, { ...bindings, uniforms: { key0: key[0], key1: key[1] + 1 } });
    expect([...second.data].map((value) => value === 0)).not.toEqual(named.get('second')?.map((value) => value === 0));
  });

  describe.each([
    ['cpu', 1],
    ['cpu', 2],
    ['webgpu', 1],
  ] as const)('on %s with %i threads', (kind, threads) => {
    const skip = kind === 'webgpu' && missingSwiftShader() !== undefined;
    test.skipIf(skip)("the interpreter's values, to the mask", async () => {
      const device = await openDevice(kind, { threads });
      devices.push(device);
      const data = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.data]));
      const results = await runGraph(device, compileGraph(graph), n, data, key);
      for (const [name, wanted] of named) {
        expect(results[name].map((value) => value === 0)).toEqual(wanted.map((value) => value === 0));
        for (const [i, value] of results[name].entries()) expect(value).toBeCloseTo(wanted[i], 4);
      }
      // No gradient comes back through what the second layer dropped.
      const kept = results.second.map((value) => (value === 0 ? 0 : 1 / KEEP));
      const through = values.b.data;
      for (let row = 0; row < n; row++) {
        for (let h = 0; h < hidden; h++) {
          let sum = 0;
          for (let k = 0; k < 4; k++) sum += values.upstream.data[row * 4 + k] * kept[row * 4 + k] * through[h * 4 + k];
          expect(results['d first'][row * hidden + h]).toBeCloseTo(sum, 4);
        }
      }
    });
  });
});
