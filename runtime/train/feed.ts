/**
 * Gets batches into the buffers that training and evaluation read: by their rows' numbers where the device keeps the
 * split, else as bytes.
 */
import type { Column, Split } from '../data/dataset.ts';
import type { Batch } from '../data/loader.ts';
import type { KeptSamples, SampleColumn, Session } from '../device.ts';
import type { TrainingSpec } from './training.ts';

export class Feed {
  private readonly session: Session;
  /** Which of a batch's fields goes into which buffer; a field that the training does not use has none. */
  private readonly targets: readonly { readonly field: number; readonly buffer: number }[];
  private split: Split | undefined;
  private kept: KeptSamples | undefined;

  constructor(session: Session, training: TrainingSpec) {
    this.session = session;
    this.targets = training.dataset.sample.flatMap(({ name }, field) => {
      const buffer = training.fields.find((target) => target.name === name)?.buffer;
      return buffer === undefined ? [] : [{ field, buffer }];
    });
  }

  /** Puts the first `samples` of a split on the device, if it has a place for them, and forgets the one before. */
  async keep(split: Split, samples: number): Promise<void> {
    this.kept?.dispose();
    const columns = this.targets.flatMap(({ field, buffer }) => sampleColumn(split.columns[field], buffer, samples));
    this.kept = columns.length === this.targets.length ? await this.session.keep(columns) : undefined;
    this.split = split;
  }

  /** Makes the batch the one that the next run reads. */
  put(batch: Batch): void {
    const { origin } = batch;
    if (this.kept && origin && origin.split === this.split) this.kept.take(origin.rows);
    else for (const { field, buffer } of this.targets) this.session.write(buffer, batch.fields[field]);
  }
}

/** None for what is not stored as bytes: a device gathers bytes only. */
function sampleColumn({ data, size }: Column, buffer: number, samples: number): SampleColumn[] {
  return data instanceof Uint8Array ? [{ buffer, data: data.subarray(0, samples * size) }] : [];
}
