/** E02xx: names and declarations. */
import type { Entry } from './entry.ts';

export const names = {
  E0201: {
    title: 'unknown name',
    severity: 'error',
    explanation: `A name is used that nothing declares: no \`let\`, no input, no declaration or import of the file, and nothing of
the standard library. Names are case-sensitive: \`Linear\` is a layer, \`linear\` is a function.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> fc: Linear(4) |> rellu
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  image |> fc: Linear(4) |> relu
}
`,
  },
} as const satisfies Record<`E02${number}`, Entry>;
