/** Repeatable choices for the generator of graphs: everything follows from one seed. */
import { randomNumbers } from '../ops/support.ts';

export class Draw {
  /** The next number in 0..1. */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = randomNumbers(seed);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number, `low` and `high` included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)];
  }

  /** The list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const left = [...list];
    return list.flatMap(() => left.splice(this.between(0, left.length - 1), 1));
  }
}
