/**
 * What all contenders start from, as files: the same first weights, which netc draws as PyTorch would, and the same
 * pictures, of Fashion-MNIST where it is to be had without a download, else drawn.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DatasetSpec, type ModelSpec, openSplit, type Split } from '../../runtime/index.ts';
import { initialValues } from '../../runtime/weights/initialize.ts';
import { type Network, scratch } from './compile.ts';
import { type Measured, networks } from './networks.ts';
import { elements, files, type NetworkName, type Task, type Tensor } from './task.ts';

export const batch = 64;
const batches = 32;
const seed = 42;

/** The parts of a task that a network decides. */
export type Workload = Pick<
  Task,
  'network' | 'folder' | 'parameters' | 'sample' | 'batch' | 'batches' | 'inferBatches' | 'bundle'
>;

export interface Pictures {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** For people: where they come from. */
  readonly origin: string;
}

/** What a network is given: the first pictures of its training split, or noise of its input's size. */
export async function openPictures({ dataset, model }: Network, { inferBatches }: Measured): Promise<Pictures> {
  if (dataset) return openGarments(dataset);
  const size = elements(model.inputs[0]?.shape ?? []);
  const count = Math.max(...inferBatches);
  return { images: noise(count * size), labels: new Uint8Array(count), origin: 'noise' };
}

/** The same bytes each time: the high ones of a linear congruence (Knuth's MMIX, cut to 32 bits: Numerical Recipes' ranqd1). */
function noise(count: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  });
}

async function openGarments(dataset: DatasetSpec): Promise<Pictures> {
  // Only what is on this machine already: without `urls` nothing is downloaded.
  const local = { ...dataset, urls: [] };
  const limit = batch * batches;
  const real = await openSplit(local, 'train').then(
    (split) => ({ split, origin: dataset.name }),
    () => undefined,
  );
  const { split, origin } = real ?? {
    split: await openSplit(dataset, 'train', { data: 'synthetic', limit }),
    origin: `drawn (${dataset.name} is not on this machine)`,
  };
  return { images: field(split, 'image', limit), labels: field(split, 'label', limit), origin };
}

function field(split: Split, name: string, limit: number): Uint8Array {
  const column = split.columns.find((candidate) => candidate.field.name === name);
  if (!column) throw new Error(`the data set has no field ${name}`);
  return Uint8Array.from(column.data.subarray(0, limit * column.size));
}

/** Writes the files for a network and returns what a task says of them. */
export function writeWorkload(network: Network, name: NetworkName, pictures: Pictures): Workload {
  const folder = join(scratch, 'workload', name);
  mkdirSync(folder, { recursive: true });
  const { inferBatches, onnx } = networks[name];
  const weights = startOf(network.model);
  const sample = network.model.inputs[0]?.shape ?? [];
  const bytes = weights.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  writeFileSync(join(folder, files.weights), Buffer.concat(bytes));
  writeFileSync(join(folder, files.images), pictures.images);
  writeFileSync(join(folder, files.labels), pictures.labels);
  writeFileSync(join(folder, files.onnx), onnx(weights, sample));
  const parameters = weights.map(({ name: parameter, shape }) => ({ name: parameter, shape }));
  return { network: name, folder, parameters, sample, batch, batches, inferBatches, bundle: network.bundle };
}

function startOf({ module }: ModelSpec): Tensor[] {
  return module.parameters.map((parameter, index) => ({
    name: parameter.name,
    shape: parameter.shape,
    data: initialValues(parameter, index, seed),
  }));
}
