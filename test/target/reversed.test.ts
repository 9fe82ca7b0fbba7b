/** Elements read from a tensor's end, which is where the first buffer lies lowest: pointers stay within the memory. */
import { expect, test } from 'vitest';
import { buildInference } from '../../compiler/3-graph/from-typed.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { checkValid } from '../check/harness.ts';
import { compileGraph, runGraph } from './run-graph.ts';

const SIDE = 64;

test.each([
  ['rows', 'for n in N, y in 64, x in 64 { x0[n, 63 - y, x] }', (y: number, x: number) => (63 - y) * SIDE + x],
  ['columns', 'for n in N, y in 64, x in 64 { x0[n, y, 63 - x] }', (y: number, x: number) => y * SIDE + 63 - x],
  // The position is a number that the device computes.
  [
    'rows from a row that the picture names',
    'for n in N, y in 64, x in 64 { x0[n, to_i32(x0[n, 0, 0]) + 63 - y, x] }',
    (y: number, x: number) => (63 - y) * SIDE + x,
  ],
])('%s', async (_name, body, source) => {
  const text = `model Net(x0: f32[N, 64, 64]) -> f32[N, 64, 64] {\n  ${body}\n}\n`;
  const graph = runPasses(buildInference(checkValid(text).models[0]));
  const device = await openDevice('cpu', { threads: 1 });
  const x0 = Float64Array.from({ length: SIDE * SIDE }, (_, i) => i);
  const { output } = await runGraph(device, compileGraph(graph), 1, { x0 });
  await device.destroy();
  expect(output).toEqual(Array.from(x0, (_, i) => source(Math.floor(i / SIDE), i % SIDE)));
});
