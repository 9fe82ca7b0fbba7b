/** formula.ts gives the numbers that formula.py gave when the fixtures were made. */
import { expect, test } from 'vitest';
import { formulaChecks } from './fixtures.ts';
import { fashionParameters, hash32, images, labels, uniform } from './formula.ts';

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

function pictureSums(): number[] {
  const data = images(103, 0, 100);
  return Array.from({ length: 100 }, (_, i) => sum(data.subarray(i * 784, (i + 1) * 784)));
}

const made: Readonly<Record<string, () => readonly number[]>> = {
  hash32: () => [0, 1, 2, 1000, 2 ** 31].map((index) => hash32(1, index)),
  uniform: () => [...uniform(7, 5, -0.3, 0.7)],
  labels: () => [...labels(5, 20)],
  images: pictureSums,
  pixels: () => [...images(103, 3, 1).subarray(280, 308)],
  parameters: () => fashionParameters(1000).map(({ data }) => sum(data)),
};

test.each(formulaChecks())('$what is the same in Python and TypeScript', ({ what, values }) => {
  const mine = made[what]?.() ?? [];
  expect(mine.length).toBe(values.length);
  // Only the order in which NumPy sums differs.
  mine.forEach((value, i) => {
    expect(value).toBeCloseTo(values[i] ?? Number.NaN, 9);
  });
});

test('every formula is checked', () => {
  expect(formulaChecks().map(({ what }) => what)).toEqual(Object.keys(made));
});
