/** Whether numbers drawn with a fixed seed are distributed as they should be (Kolmogorov and Smirnov's test). */
import { expect } from 'vitest';

/** The largest distance between distribution functions that chance makes in one of 10,000 cases, times the root of the count. */
const RARE = 2.23;

/** Drawn from the distribution function `share(v)`, the probability of a value of at most v. */
export function expectDistributed(what: string, values: readonly number[], share: (value: number) => number): void {
  const sorted = [...values].sort((a, b) => a - b);
  const distances = sorted.map((v, i) => {
    const wanted = share(v);
    return Math.max(Math.abs((i + 1) / sorted.length - wanted), Math.abs(i / sorted.length - wanted));
  });
  expect(Math.max(...distances) * Math.sqrt(values.length), what).toBeLessThan(RARE);
}

/** Evenly from low to high. */
export function expectEvenly(what: string, values: readonly number[], low: number, high: number): void {
  for (const value of values) expect(value >= low - 1e-6 && value <= high + 1e-6, `${what}: ${value}`).toBe(true);
  expectDistributed(what, values, (v) => (v - low) / (high - low));
}

/**
 * Two samples of whole numbers from 0 on, given as how often each came up, have one distribution. No value may come up in
 * one where it is all but absent in the other.
 */
export function expectSameCounts(what: string, a: readonly number[], b: readonly number[]): void {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  const [m, n] = [total(a), total(b)];
  let [apart, soFar] = [0, 0];
  for (let value = 0; value < Math.max(a.length, b.length); value++) {
    const [x, y] = [(a[value] ?? 0) / m, (b[value] ?? 0) / n];
    soFar += x - y;
    apart = Math.max(apart, Math.abs(soFar));
    // Each value by itself too: six deviations of a count, and a few for the rare ones.
    const pooled = ((a[value] ?? 0) + (b[value] ?? 0)) / (m + n);
    const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n));
    expect(Math.abs(x - y), `${what}: ${value}`).toBeLessThanOrEqual(6 * deviation + 3 / m);
  }
  expect(apart * Math.sqrt((m * n) / (m + n)), what).toBeLessThan(RARE);
}
