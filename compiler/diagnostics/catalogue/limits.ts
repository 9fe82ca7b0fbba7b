/** E06xx: weights and the limits of devices. */
import type { Entry } from './entry.ts';

export const limits = {
  E0601: {
    title: 'larger than a multiple of the batch',
    severity: 'error',
    explanation: `Memory is planned once, as a fixed part and a part for each sample of the batch. A value that pairs every sample with
every other grows with the square of the batch and cannot be kept between two kernels. Pair the samples with a fixed number of
others, or reduce over one of the two batches at once.`,
    failing: `model Pairs(x: f32[N, 3]) -> f32[N] {
  x @ transpose(x) |> softmax |> max(axis=1)
}
`,
    fixed: `model Pairs(x: f32[N, 3]) -> f32[N] {
  param others: f32[8, 3] = normal(0, 1)
  x @ transpose(others) |> softmax |> max(axis=1)
}
`,
  },
} as const satisfies Record<`E06${number}`, Entry>;
