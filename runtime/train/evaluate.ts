/**
 * How good a model is on a split: loss, metrics and, where the sample has a class, which classes it takes for which. The
 * parameters stay as they are.
 */
import type { Split } from '../data/dataset.ts';
import { Loader } from '../data/loader.ts';
import type { CompiledModel } from '../model.ts';
import { fixedKey } from '../random.ts';
import { elementCount } from '../tensor.ts';
import { Confusion } from './confusion.ts';
import { Feed } from './feed.ts';
import { RunningMeans } from './means.ts';
import type { RunNumbers, TrainingSpec } from './training.ts';

/** No training step: draws, if there are any, are the same each time. */
const evaluationNumbers: RunNumbers = {
  step: 1,
  steps: 1,
  n: 0,
  key0: fixedKey[0],
  key1: fixedKey[1],
  epochKey0: fixedKey[0],
  epochKey1: fixedKey[1],
  first: 0,
};

/** Outputs that may be on their way to the host while the device goes on. */
const readsAhead = 4;

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
  const confusion = Confusion.of(training, split);
  const width = elementCount(spec.output.shape);
  const means = new RunningMeans(names.length);
  const uniforms = new Float32Array(spec.module.uniforms);
  const feed = new Feed(session, training);
  // Rows of steps that nobody has asked for are not this split's.
  await session.history();
  let unread: number[] = [];
  const readRecords = async (): Promise<void> => {
    const sizes = unread;
    unread = [];
    for (const [i, row] of (await session.history()).entries()) means.add(row, sizes[i] ?? 0);
  };
  const counting: Promise<void>[] = [];
  let done = 0;
  for (const batch of loader.epoch(0)) {
    const { size } = batch;
    const first = done;
    feed.put(batch);
    uniforms.set(training.uniforms({ ...evaluationNumbers, n: size }));
    session.run('evaluate', size, uniforms);
    if (confusion) {
      const output = session.read(spec.output.buffer, 0, size * width);
      const counted = output.then((values) => confusion.count(values, first, size));
      counted.catch(() => {}); // It shows when it is waited for, if that comes to pass.
      if (counting.push(counted) > readsAhead) await counting.shift();
    }
    await session.busy();
    if (unread.push(size) >= session.historyCapacity) await readRecords();
    await afterBatch?.();
    done += size;
  }
  await Promise.all(counting);
  await readRecords();
  const figures = Object.fromEntries(names.map((name, i) => [name, means.means()[i] ?? Number.NaN]));
  const { loss = Number.NaN, ...metrics } = figures;
  return {
    split: split.name,
    samples: loader.samples,
    loss,
    accuracy: confusion?.accuracy ?? null,
    confusion: confusion?.rows ?? null,
    metrics,
  };
}
