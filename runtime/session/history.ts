/**
 * How the history is laid out on both devices: a flat f32 array of `rows` places of `width` values, and how many values
 * each run put into its place. Only the bookkeeping; the values lie where the device keeps them.
 */
import type { ModuleSpec } from '../program.ts';

/** Runs between two calls of `Session.history`. */
export const historyCapacity = 4096;

export class HistoryRows {
  /** Values of a row: the most records that any program of the module has. */
  readonly width: number;
  private lengths: number[] = [];

  constructor(module: ModuleSpec) {
    this.width = Math.max(0, ...Object.values(module.programs).map((program) => program.records.length));
  }

  get count(): number {
    return this.lengths.length;
  }

  /** Takes the next place for a run with `length` records and returns the index of its first value. */
  next(length: number): number {
    if (this.lengths.length >= historyCapacity)
      throw new RangeError(`more than ${historyCapacity} runs since the last call of history(): call it more often`);
    return (this.lengths.push(length) - 1) * this.width;
  }

  /** Empties the history; the result cuts `values`, as they were stored, into rows. */
  take(): (values: Float32Array) => Float32Array[] {
    const { lengths, width } = this;
    this.lengths = [];
    return (values) => lengths.map((length, row) => values.slice(row * width, row * width + length));
  }
}
