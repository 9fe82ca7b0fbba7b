/** A small model's graphs as text: as the source says it, differentiated, simplified. */
import { expect, test } from 'vitest';
import { buildGraphs } from '../../compiler/3-graph/from-typed.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { printGraph } from '../../compiler/3-graph/print.ts';
import { trainingOf } from './support.ts';

const tiny = `
dataset Digits {
  sample { image: u8[1, 6, 6], label: class(2) }
  train { image = idx("images"), label = idx("labels") }
}

model Tiny(image: f32[N, 1, 6, 6]) -> f32[N, 2] {
  image |> conv: Conv2d(1 -> 2, kernel=3) |> relu |> MaxPool2d(2) |> flatten |> fc: Linear(8 -> 2)
}

train Tiny on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  metrics   = [accuracy(output, label)]
  optimizer = SGD(lr=0.1)
  batch     = 4
  epochs    = 1
}
`;

const { infer, evaluate, train, optimizer } = buildGraphs(trainingOf(tiny));

test('inference', async () => {
  await expect(`${printGraph(infer)}\n`).toMatchFileSnapshot('golden/infer.txt');
});

test('evaluation, simplified', async () => {
  await expect(`${printGraph(runPasses(evaluate))}\n`).toMatchFileSnapshot('golden/evaluate-simplified.txt');
});

test('training: forward and backward', async () => {
  await expect(`${printGraph(train)}\n`).toMatchFileSnapshot('golden/train.txt');
});

test('training, simplified', async () => {
  await expect(`${printGraph(runPasses(train))}\n`).toMatchFileSnapshot('golden/train-simplified.txt');
});

test('the optimizer, simplified', async () => {
  await expect(`${printGraph(runPasses(optimizer))}\n`).toMatchFileSnapshot('golden/optimizer-simplified.txt');
});
