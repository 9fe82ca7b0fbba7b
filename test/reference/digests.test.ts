/** A digest shows what sixteen values alone would not: values that changed places, one that is off, some that are missing. */
import { expect, test } from 'vitest';
import { digestError } from './digests.ts';
import { resnetRuns } from './fixtures.ts';
import { uniform } from './formula.ts';

const values = uniform(1, 1000, -1, 1);
const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const weights = Float64Array.from(values, (_, i) => ((i * 2654435761) % 2 ** 32) / 2 ** 31 - 1);
const digest = {
  max: Math.max(...values.map(Math.abs)),
  norm,
  weighted: values.reduce((sum, value, i) => sum + value * weights[i], 0),
  stride: 63,
  values: Array.from({ length: 16 }, (_, i) => values[i * 63]),
};

const changed = (change: (copy: Float32Array) => unknown): number => {
  const copy = values.slice();
  change(copy);
  return digestError(copy, digest);
};

test('equal tensors have no difference, others one that shows', () => {
  expect(changed(() => {})).toBeLessThan(1e-9);
  expect(changed((copy) => copy.subarray(1, 63).reverse())).toBeGreaterThan(1e-2);
  expect(changed((copy) => copy.copyWithin(200, 210, 220))).toBeGreaterThan(1e-2);
  expect(changed((copy) => copy.fill(0, 500, 503))).toBeGreaterThan(1e-2);
  expect(changed((copy) => copy.fill(Number.NaN, 500, 501))).toBe(Number.POSITIVE_INFINITY);
  expect(digestError([], digest)).toBe(Number.POSITIVE_INFINITY);
});

test('the fixture has all tensors of the network', () => {
  for (const run of resnetRuns()) expect(Object.keys(run.statistics)).toHaveLength(40);
  for (const run of resnetRuns().slice(0, 2))
    expect(Object.keys('gradients' in run ? run.gradients : {})).toHaveLength(62);
});
