/** Draws on the devices: the runtime's own bits, whatever the shape, the key and the threads; even, and independent. */
import { afterAll, describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import { philoxUniform } from '../../compiler/ops/philox.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { philox, purpose } from '../../runtime/random.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { compileGraph, runGraph } from './run-graph.ts';

const N = dim.symbol('N');
const devices: Device[] = [];
afterAll(async () => {
  for (const device of devices) await device.destroy();
});

async function open(kind: 'cpu' | 'webgpu', threads = 2): Promise<Device> {
  const device = await openDevice(kind, { threads });
  devices.push(device);
  return device;
}

const shaped = (sizes: readonly (number | Dim)[]): Dim[] =>
  sizes.map((size) => (typeof size === 'number' ? dim.int(size) : size));
const draw = (g: GraphBuilder, site: number, ...sizes: (number | Dim)[]): Value =>
  g.op('random', [], { shape: shaped(sizes), site });

/** What the runtime's generator gives for an element. */
function drawn(element: number, site: number, [key0, key1]: readonly number[]): number {
  const out = new Uint32Array(4);
  philox(out, element, site, 0, purpose.draw, key0, key1);
  return (out[0] >>> 8) * 2 ** -24;
}

test("the compiler's own arithmetic is the runtime's", () => {
  for (const word of [0, 1, 0xffff, 0x10000, 0xffffff, 0x7fffffff]) {
    for (const site of [0, 3, 1e6]) expect(philoxUniform(word, site, word, 5)).toBe(drawn(word, site, [word, 5]));
  }
});

/** Rows of four lanes and rows that are none, with a batch and without, permuted, a scalar, a long one. */
const shapes: Readonly<Record<string, readonly (number | Dim)[]>> = {
  rows: [N, 8],
  odd: [N, 3, 5],
  images: [N, 4, 3, 3],
  fixed: [5, 12],
  scalar: [],
  long: [70000],
};

describe.each([
  ['cpu', 1],
  ['cpu', 3],
  ['webgpu', 1],
] as const)('on %s with %i threads', (kind, threads) => {
  const skip = kind === 'webgpu' && missingSwiftShader() !== undefined;

  test.skipIf(skip).each([[[0, 0]], [[0xffffff, 0x123456]], [[77, 0xffffff]]])(
    'kernels draw bit for bit what the runtime does, with the key %j',
    async (key) => {
      const g = new GraphBuilder('draws');
      const names = Object.keys(shapes);
      for (const [site, name] of names.entries()) g.output('result', name, draw(g, 1000 * site, ...shapes[name]));
      const n = 7;
      const results = await runGraph(await open(kind, threads), compileGraph(g.finish()), n, {}, key);
      for (const [site, name] of names.entries()) {
        const count = shapes[name].reduce<number>(
          (product, size) => product * (typeof size === 'number' ? size : n),
          1,
        );
        const expected = Array.from({ length: count }, (_, element) => drawn(element, 1000 * site, key));
        expect(results[name]).toEqual(expected);
      }
    },
  );
});

test('the vector form is used where a row fills the lanes', () => {
  const wasmOf = (size: number): string => {
    const g = new GraphBuilder('draw');
    g.output('result', 'y', draw(g, 0, N, size));
    return Buffer.from(compileGraph(g.finish()).wasm, 'hex').toString('latin1');
  };
  // i64x2.extmul_low_i32x4_u: a module holds the library only as far as it calls it.
  const widening = '\xfd\xde\x01';
  expect([wasmOf(8).includes(widening), wasmOf(7).includes(widening)]).toEqual([true, false]);
});

function statistics(
  x: readonly number[],
  y: readonly number[],
): { mean: number; variance: number; correlation: number } {
  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [average(x), average(y)];
  const covariance = average(x.map((value, i) => (value - mx) * (y[i] - my)));
  const variance = average(x.map((value) => (value - mx) ** 2));
  return { mean: mx, variance, correlation: covariance / variance };
}

test('draws are even over [0, 1); sites, neighbours, rows and steps are independent', async () => {
  const g = new GraphBuilder('statistics');
  for (const site of [0, 1]) g.output('result', `site ${site}`, draw(g, site, 256, 256));
  const module = compileGraph(g.finish());
  const device = await open('cpu');
  const { 'site 0': x, 'site 1': other } = await runGraph(device, module, 1, {}, [41, 7]);
  const { 'site 0': next } = await runGraph(device, module, 1, {}, [42, 7]);
  expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...x)).toBeLessThan(1);
  // 65536 draws: standard errors of 0.0011, 0.0003 and 0.0039.
  for (const y of [other, next, [...x.slice(1), x[0]], [...x.slice(256), ...x.slice(0, 256)]]) {
    const { mean, variance, correlation } = statistics(x, y);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.005);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.0015);
    expect(Math.abs(correlation)).toBeLessThan(0.016);
  }
  const counts = new Array<number>(16).fill(0);
  for (const value of x) counts[Math.floor(16 * value)]++;
  const chiSquare = counts.reduce((sum, count) => sum + (count - 4096) ** 2 / 4096, 0);
  // 15 degrees of freedom: above this once in a thousand.
  expect(chiSquare).toBeLessThan(37.7);
});

/** How many kernels a graph has, and how many of them draw. */
function kernelsOf(build: (g: GraphBuilder) => void): { all: number; drawing: number } {
  const g = new GraphBuilder('fused');
  build(g);
  const { kernels } = compileGraph(g.finish());
  return { all: kernels.length, drawing: kernels.filter(({ wgsl }) => wgsl.includes('fn philox')).length };
}

test('a draw is made where it is read if that is once, else once for all its readers', () => {
  const f32 = (...sizes: (number | Dim)[]) => ({ element: 'f32' as const, shape: shaped(sizes) });
  const once = kernelsOf((g) => g.output('result', 'y', g.mul(g.input('x', f32(N, 8)), draw(g, 0, N, 8))));
  expect(once).toEqual({ all: 1, drawing: 1 });
  const sums = kernelsOf((g) => {
    const noise = draw(g, 0, N, 8);
    g.output('result', 'columns', g.sum(noise, [0]));
    g.output('result', 'rows', g.sum(noise, [1]));
  });
  expect(sums).toEqual({ all: 2, drawing: 1 });
  const factor = kernelsOf((g) => g.output('result', 'y', g.op('matmul', [draw(g, 0, N, 8), g.input('w', f32(8, 4))])));
  expect(factor).toEqual({ all: 1, drawing: 1 });
  // One number a sample, for every pixel of it: the sample's workgroup draws it and hands it on.
  const samples = kernelsOf((g) => {
    const image = g.input('x', f32(N, 3, 16, 16));
    g.output('result', 'y', g.mul(image, draw(g, 0, N, 1, 1, 1)));
  });
  expect(samples).toEqual({ all: 1, drawing: 1 });
});
