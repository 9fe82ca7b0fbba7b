/**
 * Batches of a split in a seeded order. The order is a function of (seed, epoch), so that a run can go on in the middle of
 * an epoch; the arrays are made once and filled anew for each batch.
 */
import type { HostArray } from '../device.ts';
import { UserError } from '../errors.ts';
import type { StorageElement } from '../program.ts';
import { permutation, purpose, RandomStream } from '../random.ts';
import type { Column, Split } from './dataset.ts';

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
  private readonly full: Batch;
  private readonly last: Batch;
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
    const remainder = this.samples % size || size;
    this.full = { size, fields };
    this.last = {
      size: remainder,
      fields: fields.map((data, i) => data.subarray(0, remainder * (split.columns[i]?.size ?? 0))),
    };
  }

  /** The batches of an epoch (0 for the first) from batch number `from` on. */
  *epoch(epoch: number, from = 0): Generator<Batch, void, undefined> {
    for (let cursor = from; cursor < this.batches; cursor++) yield this.batch(epoch, cursor);
  }

  /** One batch of an epoch. */
  batch(epoch: number, cursor: number): Batch {
    this.prepare(epoch);
    const batch = cursor === this.batches - 1 ? this.last : this.full;
    const start = cursor * this.full.size;
    for (const [i, column] of this.split.columns.entries()) {
      const target = batch.fields[i];
      if (target) gather(target, column, this.order, start, batch.size);
    }
    return batch;
  }

  private prepare(epoch: number): void {
    if (this.orderOf === epoch) return;
    if (this.options.shuffle) {
      permutation(this.order, new RandomStream(this.options.seed, purpose.shuffle, epoch));
    } else {
      for (let i = 0; i < this.order.length; i++) this.order[i] = i;
    }
    this.orderOf = epoch;
  }
}

function allocate(element: StorageElement, length: number): HostArray {
  if (element === 'f32') return new Float32Array(length);
  return element === 'i32' ? new Int32Array(length) : new Uint8Array(length);
}

/** Copies the samples `order[start]`, … one after the other. */
function gather(target: HostArray, column: Column, order: Uint32Array, start: number, count: number): void {
  const { data, size } = column;
  for (let i = 0; i < count; i++) {
    const from = (order[start + i] ?? 0) * size;
    // `set` with a view is a memory copy where the element types agree; a label is not worth a view.
    if (size === 1) target[i] = data[from] ?? 0;
    else target.set(data.subarray(from, from + size), i * size);
  }
}
