/** Data sets and trainings: programs with the expected errors and warnings drawn under their lines. */
import { expect, test } from 'vitest';
import { checkText, expectErrors } from './harness.ts';

const dataset = `
dataset Digits {
  sample { image: u8[1, 8, 8], label: class(10) }
  train { image = idx("a.gz"), label = idx("b.gz") }
  test { image = idx("c.gz"), label = idx("d.gz") }
}
`;

const model = (classes: number, end = ''): string => `
model Net(image: f32[N, 1, 8, 8]) -> f32[N, ${classes}] {
  image |> flatten |> fc: Linear(${classes})${end}
}
`;

test('the class counts of the data set and the model must agree; told once', () => {
  const [error] = expectErrors(`${dataset}${model(12)}
train Net on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
                                    ^^^^^ E0501: the data set has 10 classes, the model's output has 12
  metrics   = [accuracy(output, label)]
  optimizer = Adam(lr=0.001)
}
`);
  expect(error.notes.map((n) => n.span.file.text.slice(n.span.start, n.span.end))).toEqual(['f32[N, 12]']);
});

test('settings: unknown, missing, wrong, not yet', () => {
  const errors = expectErrors(`${dataset}${model(10)}
train Net on Digits {
      ^^^ E0503: the training of Net has no loss
  input     = image
              ^^^^^ E0506: Net takes f32[N, 1, 8, 8] as image, but the input is u8[N, 1, 8, 8]
  batchsize = 64
  ^^^^^^^^^ E0502: a training has no setting batchsize
  optimizer = Adm()
              ^^^ E0201: there is no optimizer Adm
  batch     = 1.5
              ^^^ E0504: batch must be an integer of at least 1, not 1.5
  shuffle   = 1
              ^ E0504: shuffle must be true or false, not 1
  validate  = tests
              ^^^^^ E0504: validate must be a split of the data set, not tests
  precision = f16
  ^^^^^^^^^ E0211: the setting precision is not supported yet
}
`);
  expect(errors.find((e) => e.code === 'E0502')?.label).toBe('did you mean batch?');
});

test('lr_scale names layers with a factor each', () => {
  expectErrors(`${dataset}${model(10)}
train Net on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
  lr_scale  = [(fc, 10), (fcc, 2), (fc.bias, 0), fc]
                          ^^^ E0508: Net has no layer or parameter fcc
                                             ^ E0504: lr_scale must be a number above 0, not 0
                                                 ^^ E0504: lr_scale is a list of layers with a factor each, not fc
}
`);
});

test('the loss and the metrics are scalars', () => {
  expectErrors(`${dataset}${model(10)}
train Net on Digits {
  input     = to_float(image)
  loss      = log_softmax(output)
              ^^^^^^^^^^^^^^^^^^^ E0505: the loss must be one f32 number, not a tensor f32[N, 10]
  metrics   = [accuracy(output, label), label]
                                        ^^^^^ E0505: the metric label must be one f32 number, not a tensor class(10)[N]
  optimizer = Adam(lr="fast")
                      ^^^^^^ E0404: lr of Adam must be a number, not the string "fast"
}
`);
});

test('data sets: fields, files, hashes, class names', () => {
  expectErrors(`
dataset Digits {
  sample { image: u8[1, 8, 8], label: class(3) }
  classes = ["one", "two"]
  ^^^^^^^^^^^^^^^^^^^^^^^^ E0507: label has 3 classes, and 2 names are given
  url = "x"
  ^^^ E0502: the data set Digits has no setting url
  train {
    images = idx("a.gz")
    ^^^^^^ E0507: the sample has no field images
    image  = idx("a.gz", sha256="12")
                                ^^^^ E0504: sha256 must be 64 hexadecimal digits
    label  = "b.gz"
             ^^^^^^ E0504: a file must be idx(…) with its name
  }
  test {
  ^^^^ E0507: the split test has no file for label
    image = idx("a.gz")
  }
}
`);
});

test('softmax under cross_entropy is warned of, also through lets and layers', () => {
  const errors = expectErrors(`${dataset}${model(10, ' |> softmax')}
train Net on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ W0101: cross_entropy takes logits, and here it gets what softmax made of them
  optimizer = Adam(lr=0.001)
}
`);
  expect(errors[0].notes[0].message).toBe('turns logits into probabilities');
});

test('parameters that no loss reaches are named', () => {
  expectErrors(`${dataset}
model Net(image: f32[N, 1, 8, 8]) -> f32[N, 10] {
  let hidden = image |> flatten |> fc1: Linear(8)
                                   ^^^ W0102: the loss does not depend on fc1.weight and fc1.bias, so training never changes them
  detach(hidden) |> fc2: Linear(10)
}

train Net on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
}
`);
});

test('a training with a name gives its model that name', () => {
  const { program, diagnostics } = checkText(`${dataset}
model Net(width: int)(image: f32[N, 1, 8, 8]) -> f32[N, 10] {
  image |> flatten |> fc1: Linear(width) |> fc2: Linear(10)
}

train Small: Net(8) on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
}

train Large: Net(width=16) on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
}
`);
  expect(diagnostics).toEqual([]);
  expect(program.models.map((m) => m.name)).toEqual(['Small', 'Large']);
  expect(program.trainings.map((t) => t.model.parameters[0].type.shape[0].terms[0].coefficient)).toEqual([8, 16]);
});

test('an error in the model is not told again by its training', () => {
  expectErrors(`${dataset}
model Net(image: f32[N, 3, 8, 8]) -> f32[N, 12] {
  image |> flatten |> fc1: Linear(64 -> 8) |> fc2: Linear(10)
                                  ^^ E0301: fc1 takes 64 features, but its input has 192
                                              ^^^^^^^^^^^^^^^ E0305: Net gives f32[N, 10], but is declared to give f32[N, 12]
}

train Net on Digits {
  input   = to_float(image)
  los     = cross_entropy(output, label)
  ^^^ E0502: a training has no setting los
  metrics = [accuracy(output, labels)]
                              ^^^^^^ E0201: there is no labels
  optimizer = SGD(lr=0.1)
}
`);
});

test('a layer that only training has keeps its parameters beside the others, in the order of the body', () => {
  const { program, diagnostics } = checkText(`${dataset}
model Net(image: f32[N, 1, 8, 8]) -> f32[N, 10] {
  let h = image |> flatten |> fc1: Linear(8) |> relu
  let early = if training { h |> auxiliary: Linear(10) } else { 0 }
  (h |> fc2: Linear(10)) + 0.3 * early
}

train Net on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
}
`);
  expect(diagnostics).toEqual([]);
  const paths = ['fc1', 'auxiliary', 'fc2'].flatMap((name) => [`${name}.weight`, `${name}.bias`]);
  expect(program.trainings[0].model.parameters.map(({ path }) => path)).toEqual(paths);
});
