/** Middle values and spreads of a few measurements. */

/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** How many measurements it is of. */
  readonly count: number;
}

/** Undefined of nothing. */
export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  return { median: median(values), least: Math.min(...values), most: Math.max(...values), count: values.length };
}

/**
 * How many times as fast as the fastest of `rivals` in the same round, the median over the rounds: what slows a whole round
 * down then cancels out. A round that one side is missing from does not count; undefined when none is left.
 */
export function ratio(
  own: readonly (number | undefined)[],
  rivals: readonly (readonly (number | undefined)[])[],
): number | undefined {
  const ratios = own.flatMap((value, round) => {
    const best = Math.max(...rivals.map((rival) => rival[round] ?? 0), 0);
    return value === undefined || best === 0 ? [] : [value / best];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}
