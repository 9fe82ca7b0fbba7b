/** What tests of distributions compare: means within their standard errors, of numbers drawn with a fixed seed. */
import { expect } from 'vitest';

const meanOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((v) => (v - mean) ** 2)));
}

/** The values' mean is what it should be, within five standard errors. */
export function expectMean(values: readonly number[], mean: number): void {
  expect(Math.abs(meanOf(values) - mean)).toBeLessThan((5 * deviationOf(values)) / Math.sqrt(values.length));
}

/** Evenly drawn from low to high: mean and deviation, and values near both ends. */
export function expectUniform(values: readonly number[], low: number, high: number): void {
  expectMean(values, (low + high) / 2);
  expectMean(
    values.map((v) => (v - (low + high) / 2) ** 2),
    (high - low) ** 2 / 12,
  );
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const tolerance = 1e-6 * (high - low);
  expect(least).toBeGreaterThanOrEqual(low - tolerance);
  expect(most).toBeLessThanOrEqual(high + tolerance);
  const near = ((high - low) * 20) / values.length;
  expect(least - low).toBeLessThan(near);
  expect(high - most).toBeLessThan(near);
}

/** Two samples of one distribution: means and mean squares agree within five standard errors of their difference. */
export function expectSameMoments(a: readonly number[], b: readonly number[]): void {
  for (const power of [1, 2]) {
    const [x, y] = [a, b].map((values) => values.map((v) => v ** power));
    const error = Math.sqrt(deviationOf(x) ** 2 / x.length + deviationOf(y) ** 2 / y.length);
    expect(Math.abs(meanOf(x) - meanOf(y)), `moment ${power}`).toBeLessThan(5 * error + 1e-9);
  }
}

/** Whole numbers from low to high, each about equally often (Pearson's chi-squared within five deviations). */
export function expectEven(values: readonly number[], low: number, high: number): void {
  const counts = new Array<number>(high - low + 1).fill(0);
  for (const v of values) counts[v - low] += 1;
  expect(counts.reduce((sum, c) => sum + c, 0)).toBe(values.length);
  const wanted = values.length / counts.length;
  const chi = counts.reduce((sum, c) => sum + (c - wanted) ** 2 / wanted, 0);
  const freedom = counts.length - 1;
  expect(Math.abs(chi - freedom)).toBeLessThan(5 * Math.sqrt(2 * freedom));
}
