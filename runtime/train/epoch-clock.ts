/** The time that an epoch takes, over an interruption too, and how fast it goes now. */

export class EpochClock {
  private readonly secondsBefore: number;
  private readonly samplesBefore: number;
  private readonly start = performance.now();

  /** What an earlier process had done of the epoch. */
  constructor(secondsBefore = 0, samplesBefore = 0) {
    this.secondsBefore = secondsBefore;
    this.samplesBefore = samplesBefore;
  }

  /** Spent in the epoch so far, in all processes. */
  seconds(): number {
    return this.secondsBefore + this.elapsed();
  }

  /** Samples per second of this process, `done` being the epoch's samples so far. */
  rate(done: number): number {
    const elapsed = this.elapsed();
    return elapsed > 0 ? (done - this.samplesBefore) / elapsed : 0;
  }

  private elapsed(): number {
    return (performance.now() - this.start) / 1000;
  }
}
