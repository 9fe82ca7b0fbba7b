/** Long sums over the batch, sample by sample: which are taken apart, and what that is good for. */
import { expect, test } from 'vitest';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { sumBySample } from '../../compiler/5-loop/sum-by-sample.ts';
import { children } from '../../compiler/5-loop/walk.ts';
import type { Expr } from '../../compiler/ops/expr.ts';
import { arenaOf, buildModule, lowerVerified } from '../fuzz/build.ts';
import { runOnDevice } from '../fuzz/run.ts';
import { uniform } from '../reference/formula.ts';
import { agreesEverywhere, compile, graphOf, N, sizes, withDevices } from './support.ts';

const devices = withDevices();

/** The mean of what each channel has, and of its square: two sums in one kernel, with something to do afterwards. */
const means = (...places: readonly number[]): Graph =>
  graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, ...places, 4) });
    const axes = [0, ...places.map((_, i) => i + 1)];
    const mean = (value: typeof x) => g.op('mean', [value], { axes, keepdim: false });
    g.output('result', 'y', g.sub(mean(g.mul(x, x)), mean(x)));
  });

/** How deep reductions stand in one another. */
const depth = (expr: Expr): number => Math.max(0, ...children(expr).map(depth)) + (expr.kind === 'reduce' ? 1 : 0);

const depths = (graph: Graph): number[] =>
  compile(graph).kernels.flatMap((kernel) => sumBySample(kernel).stores.map(({ value }) => depth(value)));

test('samples of many summands are added up by themselves, small ones and largest values are not', async () => {
  expect(depths(means(49))).toEqual([2]);
  expect(depths(means(9))).toEqual([1]);
  expect(depths(means(7, 7))).toEqual([2]);
  expect(depths(means(32, 24))).toEqual([3]);
  const largest = graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 49, 4) });
    g.output('result', 'y', g.op('amax', [x], { axes: [0, 1], keepdim: false }));
  });
  expect(depths(largest)).toEqual([1]);
  await agreesEverywhere(devices, means(49), [1, 3]);
  await agreesEverywhere(devices, means(32, 24), [1, 3]);
});

test.each([
  [64, [784]],
  [1, [224, 224]],
])('a mean of 50,176 numbers, %i samples of %j, loses less than 2e-6 of their spread', async (batch, places) => {
  const graph = means(...places);
  const arena = arenaOf([graph]);
  const lowered = lowerVerified(graph, arena);
  const built = buildModule([lowered], arena);
  const count = places.reduce((product, size) => product * size, batch);
  const x = Float64Array.from(uniform(7, count * 4, 10, 20));
  const session = await devices[0].load(built.spec, { batch });
  const bindings = { dims: { N: batch }, inputs: { x: { shape: [batch, ...places, 4], data: x } } };
  const [[{ data }]] = await runOnDevice(session, built, [{ lowered, bindings }], batch);
  session.dispose();
  for (let channel = 0; channel < 4; channel++) {
    let [sum, squares] = [0, 0];
    for (let i = channel; i < x.length; i += 4) {
      sum += x[i];
      squares += Math.fround(x[i] * x[i]);
    }
    const expected = (squares - sum) / count;
    expect(Math.abs(data[channel] - expected) / expected).toBeLessThan(2e-6);
  }
});
