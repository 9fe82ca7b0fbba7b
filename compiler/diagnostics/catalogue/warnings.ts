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
    severity: 'error',
    explanation: `The network's result depends on random numbers even when it is not training, so that the same image gives different
answers. Guard the random draw with \`if training { … } else { … }\`, as \`Dropout\` does; a random change of the training
pictures is an augment. Nothing is compiled before it is put right, or allowed: where it is meant, as in a model that samples,
write \`// netc-allow: W0104\` above the draw.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  if uniform(0, 1) < 0.5 { image } else { -image }
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  if training { image * 2 } else { image }
}
`,
  },
  W0105: {
    title: 'a bias that batch normalization cancels',
    severity: 'warning',
    explanation: `A layer adds a bias, one number a channel, and the batch normalization right behind it subtracts each channel's
mean, and the bias with it. The parameters are stored and updated for nothing: write \`bias=false\`; the normalization has a bias
of its own. Where a checkpoint was trained with them, keep them and silence the warning.`,
    failing: `model Net(image: f32[N, 3, 32, 32]) -> f32[N, 16, 32, 32] {
  image |> conv: Conv2d(16, kernel=3, padding=1) |> bn: BatchNorm2d |> relu
}
`,
    fixed: `model Net(image: f32[N, 3, 32, 32]) -> f32[N, 16, 32, 32] {
  image |> conv: Conv2d(16, kernel=3, padding=1, bias=false) |> bn: BatchNorm2d |> relu
}
`,
  },
  W0106: {
    title: 'rows or columns that no window reads',
    severity: 'warning',
    explanation: `The windows of a pooling or convolution do not fill the image: what is left over at its lower or right edge is never
read, and here that is an eighth of the image or more. A pooling with \`ceil=true\` lets a last window stick out; a padding, or an
input of another size, helps as well.`,
    failing: `model Net(image: f32[N, 1, 7, 7]) -> f32[N, 10] {
  image |> MaxPool2d(2) |> flatten |> fc: Linear(10)
}
`,
    fixed: `model Net(image: f32[N, 1, 7, 7]) -> f32[N, 10] {
  image |> MaxPool2d(2, ceil=true) |> flatten |> fc: Linear(10)
}
`,
  },
  W0107: {
    title: "a name of the library's, declared anew",
    severity: 'warning',
    explanation: `A declaration has the name of a layer, function or optimizer of the standard library. In the whole file the name then
means the file's own; a reader, and a line copied from elsewhere, may mean the other.`,
    failing: `fn relu(x: f32[...S]) -> f32[...S] { max(x, 0.01 * x) }

model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
    fixed: `fn leaky(x: f32[...S]) -> f32[...S] { max(x, 0.01 * x) }

model Net(image: f32[N, 8]) -> f32[N, 8] {
  leaky(image)
}
`,
  },
} as const satisfies Record<`W01${number}`, Entry>;
