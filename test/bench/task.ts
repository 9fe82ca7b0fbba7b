/**
 * What the driver and a contender tell each other: a task, as JSON, beside files with the weights and the pictures; and
 * the outcome, as JSON again. contenders/pytorch.py reads and writes the same. Nothing is measured here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Mode = 'train' | 'infer';
export type NetworkName = 'fashion_cnn' | 'resnet18' | 'resnet18_224';

/** A parameter or buffer of the network, in the order of PyTorch's `state_dict`. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Task {
  readonly mode: Mode;
  readonly network: NetworkName;
  /** What tells contenders apart that share a script: a backend or a device. */
  readonly variant: string;
  /** 0: as many as there are cores. */
  readonly threads: number;
  /** Holds `weights.f32`, `images.u8` and `labels.u8` and, for inference engines, `network.onnx`. */
  readonly folder: string;
  readonly parameters: readonly Parameter[];
  /** The size of a picture: `[1, 28, 28]`. */
  readonly sample: readonly number[];
  /** Pictures of a training step, and how many such batches the files hold. */
  readonly batch: number;
  readonly batches: number;
  /** The batch sizes of inference. */
  readonly inferBatches: readonly number[];
  /** How long each figure is measured, at least. */
  readonly seconds: number;
  /** netc alone: the generated module and the runtime, bundled. */
  readonly bundle: string;
  /** Where the outcome goes. */
  readonly outcome: string;
}

/** Milliseconds for a step or a call, over blocks of several. */
export interface Timing {
  readonly median: number;
  readonly least: number;
  /** The processor's, of all threads together: it does not count what a busy machine makes one wait. */
  readonly processor: number;
  readonly blocks: number;
}

export interface Outcome {
  /** What did the work, in the contender's own words. */
  readonly description: string;
  /** From the start of the program to its first own line: loading the library. */
  readonly importMs: number;
  /** From there to the first loss (or the first prediction) in hand: building, compiling, the step itself. */
  readonly firstMs: number;
  /** Of the first three steps; empty in inference. */
  readonly losses: readonly number[];
  /** The prediction for the first picture; empty in training. */
  readonly prediction: readonly number[];
  readonly train?: Timing;
  /** By batch size. */
  readonly infer?: Readonly<Record<string, Timing>>;
  readonly peakRssMb: number;
}

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A task with its files in memory. */
export interface Work extends Task {
  readonly weights: readonly Tensor[];
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export const files = { weights: 'weights.f32', images: 'images.u8', labels: 'labels.u8', onnx: 'network.onnx' };

export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export function readWork(path: string): Work {
  const task: Task = JSON.parse(readFileSync(path, 'utf8'));
  const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(task.folder, name)));
  const all = new Float32Array(bytes(files.weights).buffer);
  let at = 0;
  const weights = task.parameters.map(({ name, shape }) => {
    const data = all.slice(at, at + elements(shape));
    at += data.length;
    return { name, shape, data };
  });
  return { ...task, weights, images: bytes(files.images), labels: bytes(files.labels) };
}

/** Batch `index` of the training pictures, over and over: grey levels as they come, and their classes. */
export function batchOf(work: Work, index: number): { readonly images: Uint8Array; readonly labels: Uint8Array } {
  const at = (index % work.batches) * work.batch;
  const size = elements(work.sample);
  return {
    images: work.images.subarray(at * size, (at + work.batch) * size),
    labels: work.labels.subarray(at, at + work.batch),
  };
}

/** Grey levels as the networks want them, 0 to 1. */
export const scaled = (images: Uint8Array): Float32Array => Float32Array.from(images, (level) => level / 255);
