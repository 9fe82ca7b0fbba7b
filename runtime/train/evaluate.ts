/**
 * How good a model is on a split: loss, metrics and, where the sample has a class, which classes it takes for which. The
 * parameters stay as they are.
 */
import type { Split } from '../data/dataset.ts';
import { Loader } from '../data/loader.ts';
import type { HostArray } from '../device.ts';
import type { CompiledModel } from '../model.ts';
import { fixedKey } from '../random.ts';
import { elementCount } from '../tensor.ts';
import { writeFields } from './learner.ts';
import { RunningMeans } from './means.ts';
import type { TrainingSpec } from './training.ts';

export interface Evaluation {
  readonly split: string;
  readonly samples: number;
  /** The mean over the samples, as of every metric. */
  readonly loss: number;
  /** The share of samples whose class has the largest output; null where a sample has no class. */
  readonly accuracy: number | null;
  /** `confusion[a][b]`: samples of class a taken for class b; null where a sample has no class. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** The metrics of the `train` declaration, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Runs the whole split in order, in batches as large as the model has room for. `afterBatch` may end it by throwing. */
export async function evaluate(
  model: CompiledModel,
  training: TrainingSpec,
  split: Split,
  afterBatch?: () => Promise<void>,
): Promise<Evaluation> {
  const { session, spec } = model;
  const names = spec.module.programs.evaluate.records.map((record) => record.name);
  const loader = new Loader(split, { batch: session.capacity, shuffle: false, seed: 0 });
  const label = classField(training, spec.output.shape);
  const width = elementCount(spec.output.shape);
  const confusion = Array.from({ length: label?.classes ?? 0 }, () => new Array<number>(label?.classes ?? 0).fill(0));
  const means = new RunningMeans(names.length);
  const uniforms = new Float32Array(spec.module.uniforms);
  // Rows of steps that nobody has asked for are not this split's.
  await session.history();
  let unread: number[] = [];
  const readRecords = async (): Promise<void> => {
    const sizes = unread;
    unread = [];
    for (const [i, row] of (await session.history()).entries()) means.add(row, sizes[i] ?? 0);
  };
  for (const batch of loader.epoch(0)) {
    writeFields(session, training, batch);
    uniforms.set(training.uniforms(1, batch.size, ...fixedKey, 1));
    session.run('evaluate', batch.size, uniforms);
    if (label) {
      const output = await session.read(spec.output.buffer, 0, batch.size * width);
      const labels = batch.fields[label.field];
      if (labels) count(confusion, output, labels, width, batch.size);
    }
    if (unread.push(batch.size) >= session.historyCapacity) await readRecords();
    await afterBatch?.();
  }
  await readRecords();
  const figures = Object.fromEntries(names.map((name, i) => [name, means.means()[i] ?? Number.NaN]));
  const { loss = Number.NaN, ...metrics } = figures;
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return {
    split: split.name,
    samples: loader.samples,
    loss,
    accuracy: label ? right / loader.samples : null,
    confusion: label ? confusion : null,
    metrics,
  };
}

/** The sample's class, if there is one and the output has a value for each of its classes. */
function classField(training: TrainingSpec, output: readonly number[]): { field: number; classes: number } | undefined {
  const fields = training.dataset.sample.flatMap(({ classes }, field) =>
    classes === undefined ? [] : [{ field, classes }],
  );
  const [only] = fields;
  return only && fields.length === 1 && output.join() === String(only.classes) ? only : undefined;
}

function count(confusion: number[][], output: HostArray, labels: HostArray, width: number, samples: number): void {
  for (let i = 0; i < samples; i++) {
    let best = 0;
    for (let k = 1; k < width; k++) if ((output[i * width + k] ?? 0) > (output[i * width + best] ?? 0)) best = k;
    const actual = labels[i] ?? 0;
    const row = confusion[actual];
    if (row) row[best] = (row[best] ?? 0) + 1;
  }
}
