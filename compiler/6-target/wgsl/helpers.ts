/**
 * WGSL functions behind scalar functions that the language lacks, or has too coarsely. Only kernels that use one hold its
 * text. Their names are of at least four letters: the kernels' own variables have one, and numbers.
 */
import { DRAW_PURPOSE, PHILOX } from '../../ops/philox.ts';
import type { ScalarFunction } from '../../ops/scalar.ts';

const u32 = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}u`;

const [M0, M1] = PHILOX.multipliers.map(u32);
const [W0, W1] = PHILOX.weyl.map(u32);

/** WGSL has no 64-bit integers: the upper half of a product is put together from 16-bit pieces. */
const philox = `fn multiply_high(a: u32, b: u32) -> u32 {
  let middle = (a >> 16u) * (b & 0xffffu) + (((a & 0xffffu) * (b & 0xffffu)) >> 16u);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (((middle & 0xffffu) + (a & 0xffffu) * (b >> 16u)) >> 16u);
}
fn philox(element: i32, site: i32, key0: i32, key1: i32) -> f32 {
  var x = vec4<u32>(u32(element), u32(site), 0u, ${DRAW_PURPOSE}u);
  var k = vec2<u32>(u32(key0), u32(key1));
  for (var round = 0; round < ${PHILOX.rounds}; round++) {
    x = vec4<u32>(multiply_high(${M1}, x.z) ^ x.y ^ k.x, ${M1} * x.z, multiply_high(${M0}, x.x) ^ x.w ^ k.y, ${M0} * x.x);
    k += vec2<u32>(${W0}, ${W1});
  }
  return f32(x.x >> 8u) * 5.9604644775390625e-8;
}
`;

/**
 * x less the nearest multiple of pi / 2, whose three parts have few enough bits that their multiples are exact (Cephes'
 * sinf, Moshier 1984), and polynomials on what is left: within 1e-7 for |x| up to 1e4.
 */
const sineOfQuadrant = `fn sine_from(x: f32, quarters: i32) -> f32 {
  let n = round(x * 0.6366197723675814);
  let r = ((x - n * 1.5703125) - n * 4.837512969970703125e-4) - n * 7.54978995489188216e-8;
  let quadrant = i32(n) + quarters;
  let square = r * r;
  let sine = r + r * square * (-0.16666654611 + square * (8.3321608736e-3 - square * 1.9515295891e-4));
  let cosine = 1.0 - 0.5 * square
    + square * square * (4.166664568298827e-2 + square * (-1.388731625493765e-3 + square * 2.443315711809948e-5));
  let value = select(sine, cosine, (quadrant & 1) == 1);
  return select(value, -value, (quadrant & 2) == 2);
}
`;

const helpers: readonly { readonly of: readonly ScalarFunction[]; readonly text: string }[] = [
  { of: ['philox'], text: philox },
  { of: ['sin', 'cos'], text: sineOfQuadrant },
  { of: ['sin'], text: 'fn sine(x: f32) -> f32 { return sine_from(x, 0); }\n' },
  { of: ['cos'], text: 'fn cosine(x: f32) -> f32 { return sine_from(x, 1); }\n' },
];

/** The functions' texts that a kernel needs, each once. */
export function helpersOf(functions: ReadonlySet<ScalarFunction>): string[] {
  return helpers.filter(({ of }) => of.some((fn) => functions.has(fn))).map(({ text }) => text);
}
