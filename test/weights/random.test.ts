/** The random numbers: against the authors' known answers, and that distributions are what they are called. */
import { expect, test } from 'vitest';
import { permutation, philox, purpose, RandomStream, stepKey } from '../../runtime/random.ts';

/** From `kat_vectors` of Random123, philox4x32-10. */
test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
])('Philox4x32-10 of %j with key %j', ([c0 = 0, c1 = 0, c2 = 0, c3 = 0], [k0 = 0, k1 = 0], expected) => {
  const out = new Uint32Array(4);
  philox(out, c0, c1, c2, c3, k0, k1);
  expect([...out]).toEqual(expected);
});

function draw(count: number, next: (stream: RandomStream) => number): number[] {
  const stream = new RandomStream(7, purpose.draw, 3);
  return Array.from({ length: count }, () => next(stream));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test('uniform numbers fill their interval evenly', () => {
  const values = draw(40_000, (stream) => stream.uniform(-2, 4));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
  expect(Math.max(...values)).toBeLessThan(4);
  for (let i = 0; i < 6; i++) {
    const share = values.filter((value) => Math.floor(value + 2) === i).length / values.length;
    expect(share).toBeCloseTo(1 / 6, 2);
  }
});

test('normal numbers have the moments and tails of a normal distribution', () => {
  const values = draw(40_000, (stream) => stream.normal(3, 2));
  const scaled = values.map((value) => (value - 3) / 2);
  expect(mean(scaled)).toBeCloseTo(0, 1);
  expect(mean(scaled.map((x) => x * x))).toBeCloseTo(1, 1);
  expect(mean(scaled.map((x) => x ** 3))).toBeCloseTo(0, 0);
  for (const [limit, expected] of [
    [1, 0.6827],
    [2, 0.9545],
    [3, 0.9973],
  ] as const) {
    expect(scaled.filter((x) => Math.abs(x) < limit).length / scaled.length).toBeCloseTo(expected, 2);
  }
});

test('logarithm and cosine agree with the engine: Box-Muller by hand', () => {
  const bits = draw(2000, (stream) => stream.bits());
  const normals = draw(1000, (stream) => stream.normal());
  for (const [i, normal] of normals.entries()) {
    const u = ((bits[2 * i] ?? 0) + 1) / 2 ** 32;
    const expected = Math.sqrt(-2 * Math.log(u)) * Math.cos((2 * Math.PI * (bits[2 * i + 1] ?? 0)) / 2 ** 32);
    expect(Math.abs(normal - expected)).toBeLessThan(1e-13);
  }
});

test('integers are in range and equally likely', () => {
  const counts = new Array<number>(7).fill(0);
  for (const value of draw(35_000, (stream) => stream.integer(7))) counts[value] = (counts[value] ?? 0) + 1;
  for (const count of counts) expect(Math.abs(count - 5000)).toBeLessThan(250);
});

test('a permutation has each index once, and depends on seed and stream', () => {
  const order = (seed: number, index: number) => {
    const out = new Uint32Array(1000);
    permutation(out, new RandomStream(seed, purpose.shuffle, index));
    return [...out];
  };
  expect(order(1, 0).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(order(1, 0)).toEqual(order(1, 0));
  expect(order(1, 0)).not.toEqual(order(2, 0));
  expect(order(1, 0)).not.toEqual(order(1, 1));
  // Seeds beyond 32 bits count in full.
  expect(order(1, 0)).not.toEqual(order(1 + 2 ** 32, 0));
});

test('the key of a step depends on seed and step alone; halves of 24 bits, no two steps of a seed alike', () => {
  const keys = [1, 2, 3, 1000, 2 ** 24, 2 ** 24 + 1, 2 ** 25 + 1].map((step) => stepKey(42, step));
  expect(new Set(keys.map(String)).size).toBe(keys.length);
  expect(keys.flat().every((half) => Number.isInteger(half) && half >= 0 && half < 2 ** 24)).toBe(true);
  expect(stepKey(42, 1000)).toEqual(keys[3]);
  expect(stepKey(43, 1000)).not.toEqual(keys[3]);
  expect(stepKey(42 + 2 ** 32, 1000)).not.toEqual(keys[3]);
});
