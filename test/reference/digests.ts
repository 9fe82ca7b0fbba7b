/** Digests of large tensors, as resnet.py makes them, and how far what was computed is from one. */
import { expect } from 'vitest';
import type { TensorDigest } from './fixtures.ts';

/** The sum of all values, each times a hash of its index between -1 and 1: values that changed places show. */
function weightedSum(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += ((Math.imul(i, 2654435761) >>> 0) / 2 ** 31 - 1) * values[i];
  return sum;
}

/** The largest difference, relative to the tensor's largest value; of norm and weighted sum relative to the norm. */
export function digestError(actual: ArrayLike<number>, { max, norm, weighted, stride, values }: TensorDigest): number {
  let largest = 0;
  let squares = 0;
  for (let i = 0; i < actual.length; i += 1) {
    largest = Math.max(largest, Math.abs(actual[i]));
    squares += actual[i] * actual[i];
  }
  const whole = [Math.sqrt(squares) - norm, weightedSum(actual) - weighted].map((difference) => difference / norm);
  const single = [largest - max, ...values.map((value, i) => actual[i * stride] - value)].map((each) => each / max);
  const errors = [...whole, ...single].map(Math.abs);
  return errors.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...errors);
}

/** All of these tensors, and none else, within `tolerance`. */
export function expectDigests(
  what: string,
  actual: Readonly<Record<string, ArrayLike<number>>>,
  expected: Readonly<Record<string, TensorDigest>>,
  tolerance: number,
): void {
  expect(Object.keys(actual).sort(), what).toEqual(Object.keys(expected).sort());
  const far = Object.entries(expected)
    .map(([name, digest]) => ({ name, error: digestError(actual[name] ?? [], digest) }))
    .filter(({ error }) => error > tolerance);
  expect(far, `${what}: differences above ${tolerance}`).toEqual([]);
}
