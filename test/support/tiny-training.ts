/**
 * `test/golden/tiny.net`, compiled, with what a generated module would say about it and drawn samples: a whole training that
 * takes a millisecond a step.
 */
import { readFileSync } from 'node:fs';
import { hostValues } from '../../compiler/5-loop/uniforms.ts';
import type { Split } from '../../runtime/data/dataset.ts';
import type { Device } from '../../runtime/device.ts';
import { CompiledModel, Learner, type ModelSpec, openModel, type TrainingSpec } from '../../runtime/index.ts';
import { compileTraining } from '../reference/compiled-training.ts';

const { unit, spec } = compileTraining(readFileSync(new URL('../golden/tiny.net', import.meta.url), 'utf8'));

const pixels = 36;
const classes = 3;

export const tinyBatch = 8;

const model: ModelSpec = {
  name: 'Tiny',
  module: spec,
  inputs: [],
  output: { shape: [classes], buffer: spec.buffers.findIndex(({ role }) => role === 'output') },
};

const image = { name: 'image', element: 'u8', shape: [1, 6, 6] } as const;
const label = { name: 'label', element: 'i32', shape: [], classes } as const;
const dataset = { name: 'Dots', sample: [image, label], classes: [], urls: [], splits: [] };

const training: TrainingSpec = {
  name: 'Tiny',
  model,
  dataset,
  fields: dataset.sample.map(({ name, element }) => {
    return { name, buffer: spec.buffers.findIndex((b) => b.name === name && b.element === element) };
  }),
  validate: 'test',
  uniforms: (numbers) => hostValues(unit.uniforms, { N: numbers.n }, { ...numbers }),
};

/** Dots that are brighter in one third of the picture, which is its class. */
export function tinySplit(samples: number): Split {
  const data = Uint8Array.from({ length: samples * pixels }, (_, i) => {
    const [sample, place] = [Math.floor(i / pixels), i % pixels];
    return ((i * 2654435761) >>> 26) + (Math.floor(place / 12) === sample % classes ? 190 : 0);
  });
  return {
    dataset,
    name: 'train',
    samples,
    drawn: true,
    columns: [
      { field: image, data, size: pixels },
      { field: label, data: Uint8Array.from({ length: samples }, (_, i) => i % classes), size: 1 },
    ],
  };
}

/** With first values of their own seed, so that two of them begin alike. */
export async function tinyLearner(device: Device): Promise<Learner> {
  return new Learner(new CompiledModel(model, await openModel(model, device, { seed: 3, batch: tinyBatch })), training);
}

export { training as tinyTraining };
