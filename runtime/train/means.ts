/** Running means over an epoch's samples. The sums can be stored, so that a resumed epoch ends with the very same means. */

export class RunningMeans {
  private sums: number[];
  private samples: number;

  constructor(width: number, stored?: { readonly sums: readonly number[]; readonly samples: number }) {
    this.sums = Array.from({ length: width }, (_, i) => stored?.sums[i] ?? 0);
    this.samples = stored?.samples ?? 0;
  }

  /** Adds the means over `samples` samples. */
  add(values: ArrayLike<number>, samples: number): void {
    for (let i = 0; i < this.sums.length; i++) this.sums[i] = (this.sums[i] ?? 0) + (values[i] ?? 0) * samples;
    this.samples += samples;
  }

  /** The means so far; 0 before the first sample. */
  means(): readonly number[] {
    return this.sums.map((sum) => (this.samples === 0 ? 0 : sum / this.samples));
  }

  /** The exact state: numbers survive JSON bit by bit. */
  stored(): { readonly sums: readonly number[]; readonly samples: number } {
    return { sums: [...this.sums], samples: this.samples };
  }
}
