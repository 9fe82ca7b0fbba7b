/** E05xx: data sets and training. */
import type { Entry } from './entry.ts';

const program = (classes: number): string => `dataset Digits {
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

model Net(image: f32[N, 1, 8, 8]) -> f32[N, ${classes}] {
  image |> flatten |> fc: Linear(${classes})
}

train Net on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  metrics   = [accuracy(output, label)]
  optimizer = Adam(lr=0.001)
  batch     = 64
  epochs    = 1
}
`;

export const training = {
  E0501: {
    title: 'the model and the data set have different numbers of classes',
    severity: 'error',
    explanation: `The labels of the data set are indices into a fixed number of classes (\`label: class(10)\`), and the model gives
another number of scores for each sample. Let the last layer have one output for each class.`,
    failing: program(12),
    fixed: program(10),
  },
} as const satisfies Record<`E05${number}`, Entry>;
