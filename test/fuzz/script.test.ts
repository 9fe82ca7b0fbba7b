/** Loop programs as JavaScript give the interpreter's numbers bit for bit, and stay near them where noise is asked for. */
import { expect, test } from 'vitest';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import type { Bindings } from '../../compiler/3-graph/interpret.ts';
import { storageOf } from '../../compiler/7-emit/storage.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { arenaOf, lowerVerified } from './build.ts';
import { bindingsOf } from './differential.ts';
import { randomGraph } from './generate.ts';
import { randomNetwork } from './network.ts';
import { compiled, runAll, unfusedProgram } from './oracle.ts';
import { bindingsFor, UNIFORMS } from './reference.ts';
import { float32, noiseFrom } from './rounding.ts';
import { fillLeaves, interpretLoops } from './run.ts';
import type { Noise } from './script.ts';

const seeds = Array.from({ length: 30 }, (_, seed) => seed);

function scripted(graph: Graph, bindings: Bindings, n: number, fused: boolean, noise?: Noise): ReferenceTensor[] {
  const arena = arenaOf([graph]);
  const part = { graph, storage: storageOf(arena, 'sample') };
  const program = fused ? lowerVerified(graph, arena).loops : unfusedProgram(part);
  const run = {
    n,
    dims: { N: n },
    uniforms: UNIFORMS,
    fill: (bank: Parameters<typeof fillLeaves>[0], loops: typeof program) => fillLeaves(bank, loops, bindings),
  };
  return runAll([compiled(graph, program, noise)], arena.size, run, noise && noiseFrom(5))[0];
}

test.each(seeds)('seed %d', (seed) => {
  const graph = randomGraph(seed);
  const bindings = bindingsFor(graph, seed, 2);
  expect(scripted(graph, bindings, 2, true)).toEqual(
    interpretLoops(lowerVerified(graph, arenaOf([graph])), bindings, 2),
  );
});

test('noise moves results of rounding, and nothing by much', () => {
  const network = randomNetwork(3);
  const bindings = bindingsOf(network, 3, 2);
  const exact = scripted(network.graph, bindings, 2, false);
  const noisy = scripted(network.graph, bindings, 2, false, float32);
  for (const [i, { data }] of exact.entries()) {
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = data.reduce((most, value, at) => Math.max(most, Math.abs(value - noisy[i].data[at])), 0);
    if (network.graph.outputs[i].role === 'gradient') expect(off).toBeGreaterThan(scale * 2 ** -26);
    expect(off).toBeLessThanOrEqual(scale * 2 ** -14);
  }
});
