/** E04xx: types of values and arguments. */
import type { Entry } from './entry.ts';

export const types = {
  E0401: {
    title: 'unknown argument',
    severity: 'error',
    explanation: `An argument is given by a name that the layer or function does not have. The names are those of its
declaration; they are PyTorch's, with \`kernel\`, \`out\` and \`axis\` for \`kernel_size\`, \`out_channels\` and \`dim\`.`,
    failing: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 8, 26, 26] {
  image |> conv: Conv2d(8, kernel_size=3)
}
`,
    fixed: `model Net(image: f32[N, 1, 28, 28]) -> f32[N, 8, 26, 26] {
  image |> conv: Conv2d(8, kernel=3)
}
`,
  },
} as const satisfies Record<`E04${number}`, Entry>;
