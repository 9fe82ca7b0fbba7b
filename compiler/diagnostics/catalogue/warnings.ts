/** W01xx: what type-checks but is almost surely wrong. */
import type { Entry } from './entry.ts';

const training = (model: string): string => `dataset Digits {
  sample { image: u8[1, 8, 8], label: class(10) }
  train {
    image = idx("train-images.gz")
    label = idx("train-labels.gz")
  }
  test {
    image = idx("test-images.gz")
    label = idx("test-labels.gz")
  }
}

model Net(image: f32[N, 1, 8, 8]) -> f32[N, 10] {
${model}
}

train Net on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
  batch     = 64
  epochs    = 1
}
`;

export const warnings = {
  W0101: {
    title: 'cross_entropy over softmax',
    severity: 'warning',
    explanation: `\`cross_entropy\` takes logits and applies softmax itself. Given what is already a softmax's output it applies softmax
twice: the loss can't fall below about 1.46 for ten classes, its gradients are small, and training is slow. Leave the softmax
out of the model (apply it where you want probabilities), or use \`nll_loss(log(output), label)\`.`,
    failing: training('  image |> flatten |> fc: Linear(10) |> softmax'),
    fixed: training('  image |> flatten |> fc: Linear(10)'),
  },
  W0102: {
    title: 'a parameter that no loss reaches',
    severity: 'warning',
    explanation: `The loss does not depend on this parameter, so training never changes it. Either its layer's result is not used, or
\`detach\` stands between it and the loss.`,
    failing: training(`  let scores = image |> flatten |> fc: Linear(10)
  detach(scores) |> head: Linear(10)`),
    fixed: training(`  let scores = image |> flatten |> fc: Linear(10)
  scores |> head: Linear(10)`),
  },
  W0103: {
    title: 'unused let',
    severity: 'warning',
    explanation: `A value is given a name that nothing uses. Remove it, or use it; nothing is computed for it.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  let hidden = relu(image)
  image |> fc: Linear(4)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 4] {
  let hidden = relu(image)
  hidden |> fc: Linear(4)
}
`,
  },
  W0104: {
    title: 'random inference',
    severity: 'warning',
    explanation: `The network's result depends on random numbers even when it is not training, so that the same image gives different
answers. Guard the random draw with \`if training { … } else { … }\`, as \`Dropout\` does.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  if uniform(0, 1) < 0.5 { image } else { -image }
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  if training { image * 2 } else { image }
}
`,
  },
} as const satisfies Record<`W01${number}`, Entry>;
