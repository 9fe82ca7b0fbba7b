/**
 * Which runs have a row in the history, and with which records. Only the bookkeeping, the same on both devices; the
 * values lie where the device keeps them.
 */
import type { ModuleSpec, ProgramSpec } from '../program.ts';

/** Runs between two calls of `Session.history`. */
export const historyCapacity = 4096;

type Records = ProgramSpec['records'];

/** The most records that any program of the module has. */
export function mostRecords(module: ModuleSpec): number {
  return Math.max(0, ...Object.values(module.programs).map((program) => program.records.length));
}

export class HistoryRows {
  private rows: Records[] = [];

  /** Takes the next row for a run with these records and returns its number. */
  next(records: Records): number {
    if (this.rows.length >= historyCapacity)
      throw new RangeError(`more than ${historyCapacity} runs since the last call of history(): call it more often`);
    return this.rows.push(records) - 1;
  }

  /** Empties the history; the result has the records of each row. */
  take(): readonly Records[] {
    const { rows } = this;
    this.rows = [];
    return rows;
  }
}
