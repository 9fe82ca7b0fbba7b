/** E03xx: shapes. */
import type { Entry } from './entry.ts';

export const shapes = {
  E0301: {
    title: 'wrong input size',
    severity: 'error',
    explanation: `A layer states how large its input is (\`Linear(1024 -> 64)\` takes 1024 features), and what it is given has
another size. Write the size that arrives, or leave it out (\`Linear(64)\`) to have it inferred.`,
    failing: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  image |> flatten |> fc: Linear(728 -> 10)
}
`,
    fixed: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  image |> flatten |> fc: Linear(784 -> 10)
}
`,
  },
} as const satisfies Record<`E03${number}`, Entry>;
