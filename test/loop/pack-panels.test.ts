/** Weights in panels: which are copied, and that predictions from the copies are WebGPU's, which reads them as they are. */
import { expect, test } from 'vitest';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import type { DispatchProgram } from '../../compiler/5-loop/dispatch.ts';
import { packPanels } from '../../compiler/5-loop/pack-panels.ts';
import { formDispatches, placeParts, withForms } from '../../compiler/5-loop/side-by-side.ts';
import { planModule } from '../../compiler/7-emit/plan.ts';
import type { EmitUnit } from '../../compiler/7-emit/unit.ts';
import { fileHost } from '../../compiler/cli/host.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { compile } from '../../compiler/index.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import { verifyAfter } from '../../compiler/passes.ts';
import { sizeOf } from '../../runtime/program.ts';
import { arenaOf, lowerVerified } from '../fuzz/build.ts';
import { inferOnce } from '../programs/run-unit.ts';
import { uniform } from '../reference/formula.ts';
import { expectClose } from '../reference/tolerance.ts';
import { graphOf, type Maker, N, sizes, withDevices } from './support.ts';

const devices = withDevices();

function unitOf(body: string): EmitUnit {
  const text = `model Strided(x: f32[N, 64, 9, 9]) -> f32[N, 40] {\n  x\n${body}\n}\n`;
  const { diagnostics, units } = compile({ path: 'strided.net', text }, fileHost, { inspect: verifyAfter });
  expect(diagnostics).toEqual([]);
  return units[0];
}

/** A convolution that no other form suits, with so many features. */
const strided = (features: number): EmitUnit =>
  unitOf(`    |> conv: Conv2d(64 -> ${features}, kernel=3, stride=2, padding=1) |> relu
    |> AdaptiveAvgPool2d(1) |> flatten |> fc: Linear(40)`);

const prepared = ({ spec }: EmitUnit): string[] =>
  spec.programs.prepare.kernels.flatMap((index) => spec.kernels[index].parts.map(({ label }) => label));

test('weights that no cache near a core holds are copied once', () => {
  expect(prepared(strided(256))).toEqual(['conv.weight: in panels']);
  expect(prepared(strided(128))).toEqual([]);
});

test('not those whose features fill no panels', () => {
  expect(prepared(strided(252))).toEqual([]);
});

test.each([1, 3, 5, 8])('%i samples: the prediction is that of weights as they are', async (n) => {
  const unit = strided(256);
  const [cpu, ...others] = await Promise.all(devices.map((device) => inferOnce(device, unit, n)));
  expect(others.length).toBe(1);
  for (const other of others) expectClose(`${n} samples`, Array.from(cpu), Array.from(other), 1e-5);
});

/** The graph's program and the same with all weights in panels, as its one part's. */
function both(graph: Graph): { plain: DispatchProgram; packed: DispatchProgram; labels: readonly string[] } {
  const plain = formDispatches(lowerVerified(graph, arenaOf([graph])).loops);
  const all = plain.dispatches.flatMap((dispatch) => dispatch.parts);
  const { parts, tensors } = withForms(all, plain.tensors, (part, known, id) => packPanels(part, known, id, 0));
  const packed = { ...plain, tensors, dispatches: placeParts(parts, tensors) };
  return { plain, packed, labels: parts.map(({ label }) => label) };
}

async function results(graph: Graph, program: DispatchProgram, n: number): Promise<number[]> {
  const module = planModule({
    programs: { infer: [program], evaluate: [], train: [], prepare: [] },
    uniforms: [],
    parameters: [],
    arena: arenaOf([graph]),
    states: [],
  });
  const session = await devices[0].load(module, { batch: n });
  const found: number[] = [];
  for (const [i, { role, size }] of module.buffers.entries())
    if (role === 'input' || role === 'parameters') session.write(i, uniform(i, sizeOf(size, n), -1, 1));
  session.run('infer', n, new Float32Array(0));
  for (const [i, { role, size }] of module.buffers.entries())
    if (role === 'output') found.push(...(await session.read(i, 0, sizeOf(size, n))));
  session.dispose();
  return found;
}

const conv = (g: Maker, x: Value, name: string, outputs: number, kernel: number, stride = 1, dilation = 1): Value => {
  const shape = [outputs, ...x.type.shape.slice(1, 2), kernel, kernel];
  const weight = g.parameter(name, { element: 'f32', shape: sizes(...shape) });
  const [strides, dilations] = [stride, dilation].map((each) => [each, each]);
  return g.op('conv2d', [x, weight], { stride: strides, padding: [1, 1], dilation: dilations, groups: 1 });
};

const ofImage = (after: (g: Maker, x: Value) => Value): Graph =>
  graphOf((g) => {
    // An intermediate value: its channels lie together, and so do those of what is made of it.
    const x = g.scalar('tanh', g.input('x', { element: 'f32', shape: sizes(N, 6, 9, 8) }));
    const y = g.scalar('relu', after(g, x));
    g.output('result', 'y', g.sum(y, [2, 3]));
  });

test('a panel has its features in vectors, each with all rows in the order of memory', () => {
  const { packed } = both(ofImage((g, x) => conv(g, x, 'w', 32, 3, 2)));
  const copy = [...packed.tensors.values()].find(({ name }) => name === 'w_staged');
  expect(copy?.shape.map(dim.show)).toEqual(['4', '2', '3', '3', '6', '4']);
  expect(copy?.layout.strides).toEqual([432, 216, 72, 24, 4, 1]);
});

test.each<[string, Graph, number]>([
  ['a strided convolution', ofImage((g, x) => conv(g, x, 'w', 24, 3, 2)), 1],
  ['a dilated one', ofImage((g, x) => conv(g, x, 'w', 16, 3, 1, 2)), 1],
  ['1x1 after 1x1', ofImage((g, x) => conv(g, g.scalar('relu', conv(g, x, 'w', 16, 1)), 'v', 32, 1)), 2],
  [
    'pooled',
    ofImage((g, x) =>
      g.op('max_pool2d', [conv(g, x, 'w', 16, 2)], { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false }),
    ),
    1,
  ],
])('%s: the same from panels as from the weights', async (_name, graph, copies) => {
  const { plain, packed, labels } = both(graph);
  expect(labels.filter((label) => label.endsWith('in panels'))).toHaveLength(copies);
  for (const n of [1, 2, 5, 11])
    expectClose(`${n} samples`, await results(graph, packed, n), await results(graph, plain, n), 1e-6);
});
