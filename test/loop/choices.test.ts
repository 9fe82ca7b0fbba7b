/**
 * Ways to run a part: which there are, that all of them compute what the default does, and that parts are given those that
 * are known for them.
 */
import { expect, test } from 'vitest';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { tensorOf } from '../../compiler/5-loop/address.ts';
import { candidates } from '../../compiler/5-loop/candidates.ts';
import { type Choice, DEFAULT } from '../../compiler/5-loop/choice.ts';
import { type DispatchProgram, type Part, tensorsOfParts } from '../../compiler/5-loop/dispatch.ts';
import { bufferKey } from '../../compiler/5-loop/kernel.ts';
import type { Target } from '../../compiler/5-loop/lanes.ts';
import { formDispatches } from '../../compiler/5-loop/side-by-side.ts';
import { applyChoices, partKey } from '../../compiler/7-emit/choices.ts';
import { fill } from '../../compiler/cli/tuning/measure.ts';
import { trialModule } from '../../compiler/cli/tuning/trial.ts';
import { sizeOf } from '../../runtime/program.ts';
import { arenaOf, lowerVerified } from '../fuzz/build.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { graphOf, type Maker, N, sizes, withDevices } from './support.ts';

const devices = withDevices();

const BATCH = 5;

function conv(g: Maker, channels: number, outputs: number, kernel = 3, [height, width] = [13, 14]) {
  const x = g.input('x', { element: 'f32', shape: sizes(N, channels, height, width) });
  const weight = g.parameter('w', { element: 'f32', shape: sizes(outputs, channels, kernel, kernel) });
  const attributes = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
  return { x, weight, y: g.op('conv2d', [x, weight], attributes) };
}

const pool = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false };

const graphs: Readonly<Record<string, Graph>> = {
  'convolution and pool': graphOf((g) => {
    const y = g.op('max_pool2d', [g.scalar('relu', conv(g, 3, 16).y)], pool);
    // As layers hand it on: features innermost.
    g.output('result', 'y', g.op('permute', [y], { order: [0, 2, 3, 1] }));
  }),
  'by transformed tiles': graphOf((g) => g.output('result', 'y', g.scalar('relu', conv(g, 16, 16).y))),
  'gradient by transformed tiles, over samples': graphOf((g) => {
    const { weight, y } = conv(g, 64, 128, 3, [5, 5]);
    g.output('gradient', 'w', g.gradientOf(y, weight));
  }),
  'matrix product of odd sizes': graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 37) });
    g.output('result', 'y', g.op('matmul', [x, g.parameter('w', { element: 'f32', shape: sizes(37, 20) })], {}));
  }),
  gradients: graphOf((g) => {
    const { x, weight, y } = conv(g, 8, 16);
    g.output('result', 'dx', g.gradientOf(y, x));
    g.output('gradient', 'w', g.gradientOf(y, weight));
  }),
};

interface Formed {
  readonly program: DispatchProgram;
  readonly parts: readonly Part[];
  readonly arena: ReturnType<typeof arenaOf>;
}

function formed(graph: Graph): Formed {
  const arena = arenaOf([graph]);
  const program = formDispatches(lowerVerified(graph, arena).loops);
  return { program, arena, parts: program.dispatches.flatMap(({ parts }) => parts) };
}

const show = ({ form, tile, width }: Choice): string => `${form} ${tile ?? '-'} x ${width ?? '-'}`;

/** What the part writes when it is run alone in one of its ways, from the same numbers each time. */
async function results({ program, arena }: Formed, part: Part, target: Target, choice: Choice): Promise<number[]> {
  const module = trialModule({ arena, uniforms: [] }, program, part, target, choice);
  const session = await devices[target === 'wasm' ? 0 : 1].load(module, { batch: BATCH });
  fill(session, BATCH);
  session.run('infer', BATCH, new Float32Array(0));
  const written = tensorsOfParts([{ ...part, cpu: undefined, gpu: undefined }]).writes.map((id) =>
    bufferKey(tensorOf(program.tensors, id)),
  );
  const read: number[] = [];
  for (const [i, { name, size }] of module.buffers.entries()) {
    if (written.includes(name)) read.push(...(await session.read(i, 0, sizeOf(size, BATCH))));
  }
  session.dispose();
  return read;
}

async function agree(name: string, target: Target, some: readonly string[]): Promise<void> {
  const all = formed(graphs[name]);
  const found = new Set<string>();
  for (const part of all.parts.filter(({ only }) => only === undefined)) {
    const choices = candidates(part, all.program.tensors, target);
    expect(choices[0]).toEqual(DEFAULT);
    const expected = await results(all, part, target, DEFAULT);
    expect(expected.length).toBeGreaterThan(50);
    expect(expected.some((value) => value !== 0)).toBe(true);
    const largest = Math.max(...expected.map(Math.abs));
    for (const choice of choices) {
      found.add(show(choice));
      const values = await results(all, part, target, choice);
      const difference = Math.max(...values.map((value, i) => Math.abs(value - expected[i])));
      expect([show(choice), values.length, difference / largest < 1e-5]).toEqual([show(choice), expected.length, true]);
    }
  }
  expect([...found]).toEqual(expect.arrayContaining([...some]));
}

test.each([
  ['convolution and pool', ['own - x -', 'own - x 4']],
  ['by transformed tiles', ['own - x -', 'own 2 x 4', 'own 5 x 8', 'plain - x -', 'plain 6 x -']],
  ['matrix product of odd sizes', ['own - x -', 'own 3 x -']],
  ['gradients', ['own - x -', 'own 6 x 4']],
  ['gradient by transformed tiles, over samples', ['own - x -', 'plain - x -']],
])('%s: every way gives the values of the default', (name, some) => agree(name, 'wasm', some));

test.skipIf(missingSwiftShader() !== undefined)('gradients on WebGPU: every way gives the values of the default', () =>
  agree('gradients', 'wgsl', ['own - x -', 'own 16 x -', 'plain - x -']),
);

/** The choice that a part with the key gets, by its label. */
function known(all: Formed, choices: Readonly<Record<string, Choice>>): DispatchProgram {
  const keys = new Map(all.parts.map((part) => [partKey(part, all.program.tensors, 'wasm'), choices[part.label]]));
  return applyChoices(all.program, (key) => keys.get(key));
}

test('parts get the choices that are known for them, and what no part reads any more is left out', () => {
  const all = formed(graphs['by transformed tiles']);
  const [prepare, part] = all.parts;
  expect(prepare.only).toBe('wasm');
  expect(applyChoices(all.program, () => undefined)).toEqual(all.program);
  const tiled: Choice = { form: 'own', tile: 3, width: undefined };
  const own = known(all, { [part.label]: tiled }).dispatches.flatMap(({ parts }) => parts);
  expect(own).toEqual([prepare, { ...part, choices: { ...part.choices, wasm: tiled } }]);
  const plain = known(all, { [part.label]: { ...DEFAULT, form: 'plain' } });
  expect(plain.dispatches.length).toBe(1);
  expect(plain.dispatches[0].parts).toMatchObject([
    { label: part.label, cpu: undefined, choices: { wasm: { form: 'plain' } } },
  ]);
});

test("a part's key tells what it computes, not what it is called or which tensors it has", () => {
  const keys = (graph: Graph) => {
    const { parts, program } = formed(graph);
    return parts.map((part) => partKey(part, program.tensors, 'wasm'));
  };
  const product = (outputs: number, before: number) =>
    graphOf((g) => {
      for (let i = 0; i < before; i++) g.constant(i, [], 'f32');
      const x = g.input('x', { element: 'f32', shape: sizes(N, 37) });
      g.output('result', 'y', g.op('matmul', [x, g.parameter('w', { element: 'f32', shape: sizes(37, outputs) })], {}));
    });
  expect(keys(product(20, 3))).toEqual(keys(product(20, 0)));
  expect(keys(product(24, 0))).not.toEqual(keys(product(20, 0)));
  const { parts, program } = formed(product(20, 0));
  const [part] = parts;
  const key = partKey(part, program.tensors, 'wasm');
  expect(partKey({ ...part, label: 'another' }, program.tensors, 'wasm')).toBe(key);
  expect(partKey(part, program.tensors, 'wgsl')).not.toBe(key);
});
