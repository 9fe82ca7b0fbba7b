/**
 * One step of learning: a batch to the device, the program `train`, the step's records back. How many steps there are
 * and what becomes of the records is the loop's.
 */
import type { Split } from '../data/dataset.ts';
import type { Batch } from '../data/loader.ts';
import type { Session } from '../device.ts';
import type { CompiledModel } from '../model.ts';
import { epochKeys, stepKeys } from '../random.ts';
import { Feed } from './feed.ts';
import type { TrainingSpec } from './training.ts';

/** What a step left: the mean over its samples of the loss and of each metric. */
export interface StepRecord {
  /** 1 for the run's first. */
  readonly step: number;
  readonly samples: number;
  /** In the order of the program's records: `loss` first. */
  readonly values: Float32Array;
}

export class Learner {
  readonly model: CompiledModel;
  readonly training: TrainingSpec;
  readonly session: Session;
  /** The records' names: `loss`, `accuracy`. */
  readonly names: readonly string[];
  /** Steps taken so far; a resumed run starts where the checkpoint ended. */
  steps = 0;
  /** The number of all steps of the run, by which schedules go. `TrainingRun.start` sets it. */
  total = 1;
  /** Samples of each step whose records have not been read yet. */
  private unread: number[] = [];
  private readonly uniforms: Float32Array;
  private readonly feed: Feed;
  private keys = stepKeys(0);
  private epochKeys = epochKeys(0);

  constructor(model: CompiledModel, training: TrainingSpec) {
    this.model = model;
    this.training = training;
    this.session = model.session;
    this.names = model.spec.module.programs.train.records.map((record) => record.name);
    this.uniforms = new Float32Array(model.spec.module.uniforms);
    this.feed = new Feed(this.session, training);
  }

  /** Decides, with the numbers of step and epoch, what the step draws; 0 until then. `TrainingRun.start` sets the run's. */
  set seed(seed: number) {
    this.keys = stepKeys(seed);
    this.epochKeys = epochKeys(seed);
  }

  /**
   * Puts a split (its first `samples`) on the device, if that is worth it there and it has room: the loader's batches are
   * then gathered by the device itself. `TrainingRun.start` does so.
   */
  keep(split: Split, samples = split.samples): Promise<void> {
    return this.feed.keep(split, samples);
  }

  /** Forward, backward and the optimizer's update over one batch. On WebGPU it returns while the device still works. */
  step(batch: Batch): void {
    this.steps++;
    this.feed.put(batch);
    this.session.run('train', batch.size, this.uniformsFor(this.steps, batch));
    this.unread.push(batch.size);
  }

  /** Steps whose records `records` would return; at most `session.historyCapacity` may gather. */
  get pending(): number {
    return this.unread.length;
  }

  /** The records of the steps since the last call. Waits until the device has done them. */
  async records(): Promise<readonly StepRecord[]> {
    const sizes = this.unread;
    this.unread = [];
    const first = this.steps - sizes.length + 1;
    const rows = await this.session.history();
    return sizes.map((samples, i) => ({ step: first + i, samples, values: rows[i] ?? new Float32Array() }));
  }

  /** The label of the first kernel that makes a value that is not finite when the batch is step number `step`. */
  trace(batch: Batch, step: number): Promise<string | undefined> {
    this.feed.put(batch);
    return this.session.trace('train', batch.size, this.uniformsFor(step, batch));
  }

  private uniformsFor(step: number, { size, origin }: Batch): Float32Array {
    const [key0, key1] = this.keys(step);
    // A batch that somebody made belongs to no epoch: each draws anew all the same.
    const { epoch, first } = origin ?? { epoch: step, first: 0 };
    const [epochKey0, epochKey1] = this.epochKeys(epoch);
    this.uniforms.set(
      this.training.uniforms({ step, steps: this.total, n: size, key0, key1, epochKey0, epochKey1, first }),
    );
    return this.uniforms;
  }
}
