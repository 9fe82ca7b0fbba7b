/** The WASM library's functions against float64: within one unit in the last place of float32. */
import { expect, test } from 'vitest';
import { library } from '../../compiler/6-target/wasm/library.ts';
import { assembleModule } from '../../compiler/6-target/wasm/module.ts';

type Routine = (...args: number[]) => number;

async function instantiate(): Promise<Record<string, Routine>> {
  const bytes = assembleModule(library().map((fn) => ({ ...fn, exported: true })));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const instance = await WebAssembly.instantiate(await WebAssembly.compile(bytes.slice()), { env: { memory } });
  const routines: Record<string, Routine> = {};
  for (const [name, value] of Object.entries(instance.exports)) {
    if (typeof value === 'function') routines[name] = (...args) => Number(value(...args));
  }
  return routines;
}

/** Distance in float32's last places; two NaNs are equal. */
function ulps(actual: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(actual, rounded) || (Number.isNaN(actual) && Number.isNaN(rounded))) return 0;
  const bits = new Int32Array(new Float32Array([actual, rounded]).buffer);
  return Math.abs(bits[0] - bits[1]);
}

const values = [
  -150, -104, -87.5, -20, -3.25, -1, -0.5, -1e-6, 0, 1e-30, 1e-6, 0.1, 0.5, 0.7, 1, 1.5, 2, 3.7, 10, 42, 88.5, 200,
]
  .concat([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
  .map(Math.fround);

test.each([
  ['exp', Math.exp],
  ['log', Math.log],
  ['tanh', Math.tanh],
  ['sigmoid', (x: number) => 1 / (1 + Math.exp(-x))],
] as const)('%s is within one ulp', async (name, exact) => {
  const routines = await instantiate();
  for (const x of values) expect(ulps(routines[name](x), exact(x)), `${name}(${x})`).toBeLessThanOrEqual(1);
});

/** To 1e4 and beyond; where sine or cosine is all but 0; halves and whole multiples of pi. */
const angles = [0, 1e-30, 1e-4, 0.5, 0.785, 0.7854, 1, 22, 355, 710, 1e4, 99999, 1e6]
  .concat(Array.from({ length: 2000 }, (_, i) => i * 5.0317 + 0.001))
  .concat(Array.from({ length: 2000 }, (_, i) => (i * Math.PI) / 2))
  .flatMap((x) => [x, -x])
  .map(Math.fround);

test.each([
  ['sin', Math.sin],
  ['cos', Math.cos],
] as const)('%s is within one ulp', async (name, exact) => {
  const routines = await instantiate();
  for (const x of angles) expect(ulps(routines[name](x), exact(x)), `${name}(${x})`).toBeLessThanOrEqual(1);
  for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) expect(routines[name](x)).toBeNaN();
  for (const x of [1e9, 1e20, 3e38].map(Math.fround)) expect(Math.abs(routines[name](x))).toBeLessThanOrEqual(1);
});

test('pow is within one ulp, for every sign of base and kind of exponent', async () => {
  const { pow } = await instantiate();
  for (const base of [-2.5, -1, -0.5, 0, 0.25, 0.999, 1, 3, 20].map(Math.fround)) {
    for (const exponent of [-3, -2, -0.5, 0, 0.5, 1, 2, 3, 1000].map(Math.fround)) {
      expect(ulps(pow(base, exponent), base ** exponent), `${base} ** ${exponent}`).toBeLessThanOrEqual(1);
    }
  }
});

test('is_finite tells numbers from NaN and the infinities', async () => {
  const { is_finite } = await instantiate();
  expect([0, -1e38, 3.4e38, 1e-40].map((x) => is_finite(Math.fround(x)))).toEqual([1, 1, 1, 1]);
  expect([Number.NaN, Infinity, -Infinity].map((x) => is_finite(x))).toEqual([0, 0, 0]);
});
