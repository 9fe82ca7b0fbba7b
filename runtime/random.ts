/**
 * Random numbers from a counter: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1,
 * 2, 3"). A number is a pure function of (seed, stream, position), so that nothing has to be stored to resume, and the
 * order in which numbers are drawn does not matter. Only IEEE additions, multiplications, divisions and square roots:
 * the same bits on every machine. Not for secrets.
 */

/** What numbers are drawn for; different purposes never share a counter. */
export const purpose = { initialize: 0, shuffle: 1, synthetic: 2, draw: 3 } as const;

/** Four independent 32-bit numbers for a 128-bit counter and a 64-bit key, into `out`. */
export function philox(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  key0: number,
  key1: number,
): void {
  let a = c0 >>> 0;
  let b = c1 >>> 0;
  let c = c2 >>> 0;
  let d = c3 >>> 0;
  let k0 = key0 >>> 0;
  let k1 = key1 >>> 0;
  for (let round = 0; round < 10; round++) {
    const highA = multiplyHigh(0xd2511f53, a);
    const highC = multiplyHigh(0xcd9e8d57, c);
    const lowA = Math.imul(0xd2511f53, a);
    const lowC = Math.imul(0xcd9e8d57, c);
    a = (highC ^ b ^ k0) >>> 0;
    b = lowC >>> 0;
    c = (highA ^ d ^ k1) >>> 0;
    d = lowA >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

/** The upper 32 bits of the 64-bit product of two 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  // `middle` stays below 2^32, and so does the sum below.
  return aHigh * bHigh + Math.floor(middle / 65536) + ((((middle & 0xffff) + aLow * bHigh) / 65536) | 0);
}

/** The halves of the key that a program's run draws with, 24 bits each: what a uniform, an f32, holds exactly. */
export type DrawKey = readonly [number, number];

/** Of runs that are no training steps: prediction and evaluation draw the same each time. */
export const fixedKey: DrawKey = [0, 0];

/**
 * The key of a training step (1 for the run's first). It depends on nothing else, so that a resumed run draws as one that
 * was never interrupted; the keys of one seed count up from a random start, so that no two steps of a run share one.
 */
export function stepKey(seed: number, step: number): DrawKey {
  return stepKeys(seed)(step);
}

/** The keys of all steps of a run. */
export const stepKeys = (seed: number): ((step: number) => DrawKey) =>
  keysFrom(new RandomStream(seed, purpose.draw, 0));

/**
 * The keys of all epochs (0 for the first), by which augments draw: a sample draws with its place in the epoch, so that
 * its picture depends on the seed, the epoch and the order of the samples alone.
 */
export const epochKeys = (seed: number): ((epoch: number) => DrawKey) =>
  keysFrom(new RandomStream(seed, purpose.draw, 1));

/** Keys that count up from a random start. */
function keysFrom(start: RandomStream): (number: number) => DrawKey {
  const half = 2 ** 24;
  const [low, high] = [start.integer(half), start.integer(half)];
  return (number) => [(low + number) % half, (high + Math.floor(number / half)) % half];
}

/**
 * The numbers of one stream, in order. `seed` is any integer of up to 53 bits; `index` tells streams of one purpose apart
 * (which parameter, which epoch).
 */
export class RandomStream {
  private readonly block = new Uint32Array(4);
  private position = 0;
  private readonly key0: number;
  private readonly key1: number;
  private readonly purpose: number;
  private readonly index: number;

  constructor(seed: number, purpose: number, index: number) {
    this.key0 = seed >>> 0;
    this.key1 = Math.floor(seed / 2 ** 32) >>> 0;
    this.purpose = purpose;
    this.index = index;
  }

  /** The next integer in 0 .. 2^32 - 1. */
  bits(): number {
    const lane = this.position & 3;
    if (lane === 0) {
      const counter = this.position / 4;
      philox(this.block, counter, Math.floor(counter / 2 ** 32), this.index, this.purpose, this.key0, this.key1);
    }
    this.position++;
    return this.block[lane] ?? 0;
  }

  /** In [low, high), one of 2^24 equally spaced values, so that it is exact in f32 over [0, 1). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.bits() >>> 8) * 2 ** -24);
  }

  /** Normally distributed (Box and Muller 1958, its first half only: one number for two draws). */
  normal(mean = 0, std = 1): number {
    // (0, 1], so that the logarithm is finite.
    const u = (this.bits() + 1) * 2 ** -32;
    const turn = this.bits() * 2 ** -32;
    return mean + std * Math.sqrt(-2 * logarithm(u)) * cosineOfTurn(turn);
  }

  /** An integer in 0 .. count - 1, each equally likely. */
  integer(count: number): number {
    // Rejects the few values that would make small results likelier.
    const limit = 2 ** 32 - (2 ** 32 % count);
    let value = this.bits();
    while (value >= limit) value = this.bits();
    return value % count;
  }
}

/** Fills `out` with a random order of 0 .. out.length - 1 (Fisher and Yates). */
export function permutation(out: Uint32Array, stream: RandomStream): void {
  for (let i = 0; i < out.length; i++) out[i] = i;
  for (let i = out.length - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    const kept = out[i] ?? 0;
    out[i] = out[j] ?? 0;
    out[j] = kept;
  }
}

/** ln(x) for 2^-32 <= x <= 1. `Math.log` may differ in its last bit between engines. */
function logarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent--;
  }
  // ln(m) = 2 atanh((m - 1) / (m + 1)); |t| <= 0.172, so 11 terms reach full precision.
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return 2 * t * sum + exponent * Math.LN2;
}

/** cos(2 pi turn) for 0 <= turn < 1. `Math.cos` may differ in its last bit between engines. */
function cosineOfTurn(turn: number): number {
  // Fold to 0 <= angle <= pi / 2, where the series needs 12 terms.
  const half = turn > 0.5 ? 1 - turn : turn;
  const negative = half > 0.25;
  const angle = 2 * Math.PI * (negative ? 0.5 - half : half);
  const square = angle * angle;
  let sum = 1;
  for (let k = 24; k >= 2; k -= 2) sum = 1 - (sum * square) / (k * (k - 1));
  return negative ? -sum : sum;
}
