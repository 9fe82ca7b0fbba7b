/** The language's own words where they may begin something, and a line about each setting of a training. */

import type { SettingName } from '../2-check/settings.ts';

export const declarationWords: readonly string[] = 'model layer train import dataset fn augment optimizer const'.split(
  ' ',
);

/** What may begin a statement in a body. */
export function statementWords(declaration: string | undefined): readonly string[] {
  if (declaration === 'layer' || declaration === 'model') return ['let', 'param', 'buffer', 'update', 'if', 'for'];
  return declaration === 'optimizer' ? ['let', 'state', 'update', 'if'] : ['let', 'if', 'for'];
}

export const elementTypes: readonly string[] = 'f32 u8 i32 bool class f16 int float string'.split(' ');

/** Shown beside a setting's name. */
export const settingHelp: Readonly<Record<SettingName, string>> = {
  input: 'the model’s input from the sample’s fields: to_float(image)',
  augment: 'a random transform of each sample, in training only',
  loss: 'one f32 number to make small: cross_entropy(output, label)',
  metrics: 'numbers to show beside the loss: [accuracy(output, label)]',
  optimizer: 'Adam(lr=0.001)',
  schedule: 'how the learning rate changes with the step: cosine(warmup=500)',
  clip: 'the longest gradient: 1.0',
  lr_scale: 'layers that learn at a multiple of the rate: [(fc, 10)]',
  freeze: 'layers that are not trained: [conv1]',
  weights: 'what to start from: pretrained("file")',
  batch: 'samples in a step: 64',
  epochs: 'times through the data: 30',
  shuffle: 'a new order in each epoch: true',
  seed: 'the same seed gives the same run: 42',
  limit: 'the first so many training samples only',
  validate: 'the split to measure on: test',
  validate_every: 'epochs between measurements',
};
