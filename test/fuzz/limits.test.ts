/** WebGPU's limits hold by construction: buffers that a kernel binds, workgroups along one dimension. */
import { afterAll, expect, test } from 'vitest';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { countBuffers, limitReads, MAX_BUFFERS } from '../../compiler/4-fuse/limit.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { compileGraph, runGraph } from '../target/run-graph.ts';
import { arenaOf, buildModule, lowerVerified } from './build.ts';
import { randomGraph } from './generate.ts';

let device: Device | undefined;
afterAll(() => device?.destroy());

test('no kernel of random graphs binds more than eight buffers, or one twice', () => {
  const seeds = Array.from({ length: 60 }, (_, i) => 300 + i);
  let most = 0;
  for (const seed of seeds) {
    const graph = randomGraph(seed);
    const arena = arenaOf([graph]);
    for (const { label, buffers } of buildModule([lowerVerified(graph, arena)], arena).spec.kernels) {
      const bound = buffers.map(({ buffer }) => buffer);
      expect(new Set(bound).size, `seed ${seed}, ${label}`).toBe(bound.length);
      most = Math.max(most, bound.length);
    }
  }
  expect(most).toBe(MAX_BUFFERS);
});

test('reads are limited where they come together; an update in place takes no buffer of its own', () => {
  const g = new GraphBuilder('test');
  const type = { element: 'f32', shape: [dim.int(4)] } as const;
  const inputs = Array.from({ length: 9 }, (_, i) => g.input(`x${i}`, type));
  const left = inputs.slice(0, 6).reduce((a, b) => g.add(a, b));
  const right = inputs.slice(6).reduce((a, b) => g.mul(a, b));
  const m = g.state('m', type);
  const next = g.add(m, g.sub(left, right));
  g.output('update', 'm', next);
  const other = g.neg(m);
  g.output('result', 'y', other);
  const graph = g.finish();
  const stored = new Set([...inputs, m].map(({ id }) => id));
  limitReads(graph, stored);
  // The larger side of the difference goes to memory.
  expect([...stored].filter((id) => graph.nodes[id].inputs.length > 0)).toEqual([left.id]);
  expect(countBuffers(graph, stored, new Set([m.id, left.id]), [next.id])).toBe(2);
  expect(countBuffers(graph, stored, new Set([left.id]), [next.id])).toBe(2);
  // Not in place, where another kernel reads the old value: it may come later.
  stored.add(other.id);
  expect(countBuffers(graph, stored, new Set([m.id, left.id]), [next.id])).toBe(3);
});

test.skipIf(missingSwiftShader() !== undefined)('more workgroups than one dimension holds are folded', async () => {
  const count = 65_535 * 64 + 1;
  const g = new GraphBuilder('large');
  const x = g.input('x', { element: 'f32', shape: [dim.symbol('N')] });
  g.output('result', 'y', g.add(g.mul(x, g.constant(2)), g.constant(1)));
  const module = compileGraph(g.finish());
  device = await openDevice('webgpu');
  const data = Float64Array.from({ length: count }, (_, i) => i % 1000);
  const { y } = await runGraph(device, module, count, { x: data });
  const wrong = y.findIndex((value, i) => value !== 2 * (i % 1000) + 1);
  expect(y.length).toBe(count);
  expect(wrong).toBe(-1);
});
