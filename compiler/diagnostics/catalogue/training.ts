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

/** The program for ten classes with some of its text replaced. */
const programWith = (text: string, other: string): string => program(10).replace(text, other);

export const training = {
  E0501: {
    title: 'the model and the data set have different numbers of classes',
    severity: 'error',
    explanation: `The labels of the data set are indices into a fixed number of classes (\`label: class(10)\`), and the model gives
another number of scores for each sample. Let the last layer have one output for each class.`,
    failing: program(12),
    fixed: program(10),
  },
  E0502: {
    title: 'unknown setting',
    severity: 'error',
    explanation: `A \`train\` or \`dataset\` declaration sets something that it does not have.`,
    failing: programWith('batch  ', 'batches'),
    fixed: program(10),
  },
  E0503: {
    title: 'a missing setting',
    severity: 'error',
    explanation: `A training needs at least a \`loss\` and an \`optimizer\`, and an \`input\` where no field of the sample fits by itself; a data set needs a \`sample\`.`,
    failing: programWith('  optimizer = Adam(lr=0.001)\n', ''),
    fixed: program(10),
  },
  E0504: {
    title: 'a setting with a wrong value',
    severity: 'error',
    explanation: `A setting has a value of another kind: a number where true or false is meant, a batch of zero, a hash that is none.`,
    failing: programWith('batch     = 64', 'batch     = 0'),
    fixed: program(10),
  },
  E0505: {
    title: 'a loss or metric that is not one number',
    severity: 'error',
    explanation: `The loss and each metric are one f32 number for a batch: take a \`mean\` or \`sum\` over the samples.`,
    failing: programWith('cross_entropy(output, label)', 'log_softmax(output)'),
    fixed: program(10),
  },
  E0506: {
    title: 'an input that does not fit the model',
    severity: 'error',
    explanation: `What \`input\` gives is not of the type that the model declares. Pixels become numbers with \`to_float\`.`,
    failing: programWith('to_float(image)', 'image'),
    fixed: program(10),
  },
  E0507: {
    title: 'files or classes that do not fit the sample',
    severity: 'error',
    explanation: `Each split of a data set names one file for each field of the sample (\`image = idx("images.gz")\`), and \`classes\` names each
class of the label once.`,
    failing: programWith('    label = idx("test-labels.gz")\n', ''),
    fixed: program(10),
  },
  E0508: {
    title: 'no layer of that name',
    severity: 'error',
    explanation: `\`freeze\`, \`lr_scale\` and the \`except\` of \`pretrained\` list layers (or single parameters) by their names, as \`netc summary\` shows
them: \`[conv1, layer1.0]\`. What is frozen keeps its values; running statistics are no parameters and still follow the data.`,
    failing: programWith('  batch ', '  freeze    = [fcc]\n  batch '),
    fixed: programWith('  batch ', '  freeze    = [fc.bias]\n  batch '),
  },
} as const satisfies Record<`E05${number}`, Entry>;
