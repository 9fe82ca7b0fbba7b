/** How near computed numbers must be to PyTorch's. */
import { expect } from 'vitest';

/** The largest difference, relative to the largest expected magnitude; infinite where something is not a number. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i += 1) {
    const wanted = expected[i] ?? Number.NaN;
    const error = Math.abs((actual[i] ?? Number.NaN) - wanted);
    largest = Math.max(largest, Math.abs(wanted));
    difference = Math.max(difference, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  if (difference === 0) return 0;
  return largest === 0 ? Number.POSITIVE_INFINITY : difference / largest;
}

/** Same length, and every value within `tolerance` of the largest expected one. `what` names them in the failure. */
export function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(actual.length, `${what}: number of values`).toBe(expected.length);
  expect(
    relativeError(actual, expected),
    `${what}: largest difference, relative to the largest value`,
  ).toBeLessThanOrEqual(tolerance);
}
