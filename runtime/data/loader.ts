/**
 * Batches of a split in a seeded order. The order is a function of (seed, epoch), so that a run can go on in the middle of
 * an epoch; the arrays are made once and filled anew for each batch, and only if somebody looks at them.
 */
import type { HostArray } from '../device.ts';
import { UserError } from '../errors.ts';
import type { StorageElement } from '../program.ts';
import { permutation, purpose, RandomStream } from '../random.ts';
import type { Split } from './dataset.ts';
import { type Gather, gatherInto } from './gather.ts';

export interface LoaderOptions {
  readonly batch: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** Only the first so many samples of the split. */
  readonly limit?: number | undefined;
}

/** One batch. Its arrays are overwritten by the next one. */
export interface Batch {
  /** Samples in it; the last one of an epoch may have fewer. */
  readonly size: number;
  /** For each field of the sample, in order: `size` samples, as the device's buffers hold them. */
  readonly fields: readonly HostArray[];
  /** Where they are from, unless somebody made them: a device that keeps the split needs no more than this. */
  readonly origin?: Origin | undefined;
}

export interface Origin {
  readonly split: Split;
  /** The batch's samples by their numbers in the split. */
  readonly rows: Uint32Array;
  /** 0 for the first. */
  readonly epoch: number;
  /** The place of the batch's first sample in the epoch. */
  readonly first: number;
}

export class Loader {
  readonly split: Split;
  /** Samples of an epoch. */
  readonly samples: number;
  /** Batches of an epoch. */
  readonly batches: number;
  private readonly options: LoaderOptions;
  private readonly order: Uint32Array;
  /** A full batch and the epoch's last one: views of the same arrays. */
  private readonly full: LoadedBatch;
  private readonly last: LoadedBatch;
  private orderOf = -1;

  constructor(split: Split, options: LoaderOptions) {
    const { batch, limit } = options;
    if (!Number.isInteger(batch) || batch < 1) {
      throw new UserError(`a batch of ${batch} samples: expected a whole number from 1 on`);
    }
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
      throw new UserError(`a limit of ${limit} samples: expected a whole number from 1 on`);
    }
    this.split = split;
    this.options = options;
    this.samples = Math.min(split.samples, limit ?? split.samples);
    this.batches = Math.ceil(this.samples / batch);
    this.order = new Uint32Array(this.samples);
    const size = Math.min(batch, this.samples);
    const fields = split.columns.map((column) => allocate(column.field.element, column.size * size));
    this.full = new LoadedBatch(split, fields, size);
    this.last = new LoadedBatch(split, fields, this.samples % size || size);
  }

  /** The batches of an epoch (0 for the first) from batch number `from` on. */
  *epoch(epoch: number, from = 0): Generator<LoadedBatch, void, undefined> {
    for (let cursor = from; cursor < this.batches; cursor++) yield this.batch(epoch, cursor);
  }

  /** One batch of an epoch. */
  batch(epoch: number, cursor: number): LoadedBatch {
    this.prepare(epoch);
    const batch = cursor === this.batches - 1 ? this.last : this.full;
    batch.become(this.order, epoch, cursor * this.full.size);
    return batch;
  }

  private prepare(epoch: number): void {
    if (this.orderOf === epoch) return;
    orderSamples(this.order, epoch, this.options);
    this.orderOf = epoch;
  }
}

/** Puts into `order` the order in which an epoch takes its samples, which are as many as `order` has room for. */
export function orderSamples(
  order: Uint32Array,
  epoch: number,
  { shuffle, seed }: Pick<LoaderOptions, 'shuffle' | 'seed'>,
): void {
  if (shuffle) permutation(order, new RandomStream(seed, purpose.shuffle, epoch));
  else for (let i = 0; i < order.length; i++) order[i] = i;
}

function allocate(element: StorageElement, length: number): HostArray {
  if (element === 'f32') return new Float32Array(length);
  return element === 'i32' ? new Int32Array(length) : new Uint8Array(length);
}

/** A batch that is filled when its fields are asked for. */
class LoadedBatch implements Batch {
  readonly size: number;
  origin: Origin;
  private readonly arrays: readonly HostArray[];
  private readonly gathers: readonly Gather[];
  private filled = false;

  /** `arrays` have room for `size` samples or more. */
  constructor(split: Split, arrays: readonly HostArray[], size: number) {
    this.size = size;
    this.origin = { split, rows: new Uint32Array(size), epoch: 0, first: 0 };
    this.arrays = arrays.map((array, i) => array.subarray(0, size * split.columns[i].size));
    this.gathers = this.arrays.map((array, i) => gatherInto(array, split.columns[i]));
  }

  get fields(): readonly HostArray[] {
    if (!this.filled) for (const gather of this.gathers) gather(this.origin.rows);
    this.filled = true;
    return this.arrays;
  }

  /** The samples of the epoch, whose order is `order`, from the place `first` on. */
  become(order: Uint32Array, epoch: number, first: number): void {
    const { rows } = this.origin;
    for (let i = 0; i < rows.length; i++) rows[i] = order[first + i];
    this.origin = { ...this.origin, epoch, first };
    this.filled = false;
  }
}
