/** E01xx: syntax. */
import type { Entry } from './entry.ts';

export const syntax = {
  E0101: {
    title: 'something that does not belong here',
    severity: 'error',
    explanation: `The text makes sense up to this place; what follows continues neither the expression nor the statement. A statement
ends with its line, so two statements on one line need a \`;\` between them.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image) twice
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
  },
} as const satisfies Record<`E01${number}`, Entry>;
