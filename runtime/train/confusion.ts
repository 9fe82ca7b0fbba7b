/** Which classes a model takes the samples of a split for. */
import type { Split } from '../data/dataset.ts';
import type { HostArray } from '../device.ts';
import type { TrainingSpec } from './training.ts';

export class Confusion {
  /** `rows[a][b]`: samples of class a taken for class b. */
  readonly rows: readonly number[][];
  private readonly labels: HostArray;

  private constructor(classes: number, labels: HostArray) {
    this.rows = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    this.labels = labels;
  }

  /** Nothing counted yet; undefined unless a sample has one class and the output a value for each of its classes. */
  static of(training: TrainingSpec, split: Split): Confusion | undefined {
    const fields = training.dataset.sample.flatMap(({ classes }, i) =>
      classes === undefined ? [] : [{ classes, labels: split.columns[i].data }],
    );
    const [only] = fields;
    if (fields.length !== 1 || training.model.output.shape.join() !== String(only.classes)) return undefined;
    return new Confusion(only.classes, only.labels);
  }

  /** The share of the samples whose class has the largest output. */
  get accuracy(): number {
    const all = this.rows.flat().reduce((sum, count) => sum + count, 0);
    return this.rows.reduce((sum, row, i) => sum + row[i], 0) / all;
  }

  /** Counts `samples` samples of the split from number `first` on, by the model's output for them. */
  count(output: HostArray, first: number, samples: number): void {
    const width = this.rows.length;
    for (let i = 0; i < samples; i++) {
      let best = 0;
      for (let k = 1; k < width; k++) if (output[i * width + k] > output[i * width + best]) best = k;
      this.rows[this.labels[first + i]][best]++;
    }
  }
}
