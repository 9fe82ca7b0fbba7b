/**
 * The history on the device: for each record a value of every run, copied there from the records' slots after each
 * submission, so that nothing is read back before somebody asks.
 */
import type { ModuleSpec, ProgramSpec } from '../program.ts';
import { HistoryRows, historyCapacity } from '../session/history.ts';
import type { Part } from './readback.ts';
import type { Slots } from './slots.ts';
import { bufferUsage } from './usage.ts';

export class DeviceHistory {
  private readonly slots: Slots;
  private readonly rows = new HistoryRows();
  /** The history of each record, by the record's buffer: rows as far apart as its slots. */
  private readonly histories: ReadonlyMap<number, GPUBuffer>;
  /** Rows that are in the histories. */
  private copied = 0;

  constructor(device: GPUDevice, module: ModuleSpec, slots: Slots) {
    this.slots = slots;
    const usage = bufferUsage.copySource | bufferUsage.copyTarget;
    const records = Object.values(module.programs).flatMap((program) => program.records.map(({ buffer }) => buffer));
    this.histories = new Map(
      [...new Set(records)].map((record) => {
        const size = historyCapacity * slots.stride(record);
        return [record, device.createBuffer({ label: 'history', size, usage })];
      }),
    );
  }

  /** A run with these records is to be recorded. */
  add(records: ProgramSpec['records']): void {
    if (records.length > 0) this.rows.next(records);
    this.slots.run(records.length > 0);
  }

  /** Copies the records of a submission's runs, in the order of the runs. `buffers` are the module's. */
  copy(encoder: GPUCommandEncoder, buffers: readonly GPUBuffer[]): void {
    const count = this.slots.rows;
    if (count === 0) return;
    for (const [record, history] of this.histories) {
      const stride = this.slots.stride(record);
      encoder.copyBufferToBuffer(buffers[record], 0, history, this.copied * stride, count * stride);
    }
    this.copied += count;
  }

  /** Empties the history, all of which has been submitted: what to read, and how its values are cut into rows. */
  take(): { readonly parts: readonly Part[]; readonly cut: (values: Float32Array) => Float32Array[] } {
    const rows = this.rows.take();
    this.copied = 0;
    let words = 0;
    const starts = new Map<number, number>();
    const parts = [...this.histories].map(([record, source]): Part => {
      const bytes = rows.length * this.slots.stride(record);
      starts.set(record, words);
      words += bytes / 4;
      return { source, offset: 0, bytes };
    });
    const cut = (values: Float32Array): Float32Array[] =>
      rows.map((records, row) =>
        Float32Array.from(
          records,
          ({ buffer }) => values[(starts.get(buffer) ?? 0) + (row * this.slots.stride(buffer)) / 4],
        ),
      );
    return { parts, cut };
  }

  destroy(): void {
    for (const history of this.histories.values()) history.destroy();
  }
}
