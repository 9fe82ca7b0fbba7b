/** The batch stays symbolic; where a choice depends on sizes, it is taken to be about this large. */
import { type Dim, dim } from '../dim/dim.ts';

export const TYPICAL_BATCH = 64;

/** A dimension's value for a batch. */
export function valueAt(d: Dim, batch: number): number {
  return dim.constant(d) ?? dim.evaluate(d, Object.fromEntries(dim.symbols(d).map((symbol) => [symbol, batch])));
}

/** A dimension's value for a typical batch. */
export function typicalValue(d: Dim): number {
  return valueAt(d, TYPICAL_BATCH);
}
