/**
 * How many steps go into one submission to the GPU's queue: many, as each submission costs the host tens of microseconds;
 * but one where the device waits for work, and not so many that a progress line, Ctrl-C or the screen has to wait for them.
 * Only the arithmetic; `submissions.ts` submits.
 */

/** Steps of a submission at most: its own cost is then some percent of theirs. */
export const mostSteps = 16;
/** What a submission may take, in milliseconds, where it has more than one step. */
const longest = 25;

export class Pace {
  private readonly most: number;
  /** Doubles with each submission that follows another at once. */
  private grown = 1;
  /** What the last measured submission says about how many fit into `longest`. */
  private fitting: number;
  private lastDone = 0;

  /** `most`: steps of a submission. */
  constructor(most: number) {
    this.most = most;
    this.fitting = most;
  }

  /** Steps that the next submission should have. */
  get steps(): number {
    return Math.min(this.grown, this.fitting);
  }

  /** A submission was made and more steps may follow at once. */
  submitted(): void {
    this.grown = Math.min(2 * this.grown, this.most);
  }

  /** The device is about to run out of work: what follows should reach it soon. */
  restart(): void {
    this.grown = 1;
  }

  /** A submission of `steps` that was made at `from` is done at `to`, in milliseconds. It began when the one before was done. */
  done(steps: number, from: number, to: number): void {
    const each = (to - Math.max(from, this.lastDone)) / steps;
    this.fitting = each > 0 ? Math.min(this.most, Math.max(1, Math.floor(longest / each))) : this.most;
    this.lastDone = to;
  }
}
