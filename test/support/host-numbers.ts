/** What the host hands over in tests that run one step: the first of a hundred, some way into an epoch; draws have any key. */
import type { RunNumbers } from '../../runtime/train/training.ts';

export const firstStep = (n: number): RunNumbers => ({
  step: 1,
  steps: 100,
  n,
  key0: 11,
  key1: 12,
  epochKey0: 13,
  epochKey1: 14,
  first: 192,
});
