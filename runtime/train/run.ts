/**
 * A training run as seen from its loop: where it is, what happens after a step and after an epoch. The loop itself is in
 * the generated module, where a person can change it; the arithmetic of a step is the device's.
 */
import { dataFingerprint } from '../data/fingerprint.ts';
import type { Batch, Loader } from '../data/loader.ts';
import type { Device } from '../device.ts';
import { UserError } from '../errors.ts';
import { standardError } from '../host/node.ts';
import { type Identity, type Position, saveCheckpoint } from './checkpoint.ts';
import { type Mark, takeMark, whereNotFinite } from './diagnose.ts';
import { Display, duration, showMeans } from './display.ts';
import { EpochClock } from './epoch-clock.ts';
import type { Evaluation } from './evaluate.ts';
import type { Learner, StepRecord } from './learner.ts';
import { RunningMeans } from './means.ts';
import { MetricsLog } from './metrics-log.ts';
import { type OutputFolder, openOutput } from './output.ts';
import type { TrainOptions } from './training.ts';

/** The records are read, and signals noticed, at least this often, in milliseconds. */
const readInterval = 100;

/** Ctrl-C: the run has written its checkpoint. The message says how to go on. */
export class Interrupted extends UserError {}

export interface TrainingResult {
  /** Epochs and steps since the run's beginning. */
  readonly epochs: number;
  readonly steps: number;
  /** Training means of the last epoch, complete or not: `loss`, `accuracy`. */
  readonly training: Readonly<Record<string, number>>;
  /** After the last epoch that was evaluated; undefined if none was. */
  readonly validation: Evaluation | undefined;
  /** The file with the trained parameters. */
  readonly weights: string;
}

export class TrainingRun {
  private readonly learner: Learner;
  private readonly loader: Loader;
  private readonly options: TrainOptions;
  private readonly output: OutputFolder;
  private readonly log: MetricsLog;
  private readonly identity: Identity;
  private readonly display: Display;

  private epoch: number;
  private cursor: number;
  private means: RunningMeans;
  private mark: Mark;
  private validation: Evaluation | undefined;
  private lastMeans: Readonly<Record<string, number>> = {};
  private clock: EpochClock;
  private lastRead: number;

  /** Checks the output folder and, with `--resume`, goes to where the checkpoint is. Throws `UserError`. */
  static async start(learner: Learner, loader: Loader, options: TrainOptions, device: Device): Promise<TrainingRun> {
    const output = await openOutput(options.out, learner.session.module);
    const identity: Identity = {
      model: learner.model.spec.name,
      seed: options.seed,
      batch: options.batch,
      shuffle: options.shuffle,
      samples: loader.samples,
      data: dataFingerprint(loader.split),
    };
    const start: Position = { epoch: 0, cursor: 0, step: 0, sums: [], samples: 0, seconds: 0 };
    const position = options.resume
      ? await (await import('./resume.ts')).loadCheckpoint(output.checkpoint, learner.session, identity)
      : start;
    learner.steps = position.step;
    learner.seed = options.seed;
    learner.total = options.epochs * loader.batches;
    await learner.keep(loader.split, loader.samples);
    const log = await MetricsLog.open(output.metrics, position.step);
    const mark = await takeMark(learner, position.epoch, position.cursor);
    const run = new TrainingRun(learner, loader, options, output, log, identity, mark, position);
    run.display.line(device.description);
    run.display.line(
      `${identity.model} on ${loader.samples} ${loader.split.drawn ? 'drawn pictures for' : 'samples of'} ${loader.split.dataset.name}` +
        (options.resume ? `, resumed at epoch ${position.epoch + 1}, step ${position.step}` : ''),
    );
    return run;
  }

  private constructor(
    learner: Learner,
    loader: Loader,
    options: TrainOptions,
    output: OutputFolder,
    log: MetricsLog,
    identity: Identity,
    mark: Mark,
    position: Position,
  ) {
    this.learner = learner;
    this.loader = loader;
    this.options = options;
    this.output = output;
    this.log = log;
    this.identity = identity;
    this.mark = mark;
    this.display = new Display(options.quiet ? undefined : standardError());
    this.epoch = position.epoch;
    this.cursor = position.cursor;
    this.means = new RunningMeans(learner.names.length, position);
    this.clock = new EpochClock(position.seconds, position.samples);
    this.lastRead = performance.now();
  }

  /** The epochs that are left, 0 for the first. Each ends with `afterEpoch`. */
  *epochs(): Generator<number, void, undefined> {
    while (this.epoch < this.options.epochs && !this.reachedSteps) {
      yield this.epoch;
    }
  }

  /** The epoch's batches that are left. `afterStep` follows each. */
  *batches(epoch: number): Generator<Batch, void, undefined> {
    while (this.cursor < this.loader.batches && !this.reachedSteps) {
      yield this.loader.batch(epoch, this.cursor);
    }
  }

  /** True when `--steps` ended the run within an epoch. */
  get stopped(): boolean {
    return this.reachedSteps && this.cursor < this.loader.batches;
  }

  private get reachedSteps(): boolean {
    return this.options.steps !== undefined && this.learner.steps >= this.options.steps;
  }

  /**
   * Waits while the device has enough to do, and now and then reads what it recorded: metrics, progress. Throws `UserError`
   * when the loss is not finite, `Interrupted` after Ctrl-C.
   */
  async afterStep(): Promise<void> {
    this.cursor++;
    const { pending, session } = this.learner;
    await session.busy();
    const due =
      this.cursor >= this.loader.batches ||
      this.reachedSteps ||
      pending >= session.historyCapacity ||
      performance.now() - this.lastRead >= readInterval;
    if (!due) return;
    await this.read();
    await this.interrupt();
  }

  /** Lets signals in and, after Ctrl-C, writes the checkpoint and throws `Interrupted`. */
  readonly interrupt = async (): Promise<void> => {
    await nextTurn();
    if (!this.options.signal?.aborted) return;
    await this.save();
    this.display.end();
    throw new Interrupted(
      `interrupted at epoch ${this.epoch + 1}, step ${this.learner.steps}; the checkpoint is ${this.output.checkpoint}.\n` +
        'To go on, give the same command with --resume',
    );
  };

  /** Whether the epoch that has just ended is one to evaluate the validation split after. */
  get validates(): boolean {
    const done = this.epoch + 1;
    return done % this.options.validateEvery === 0 || done >= this.options.epochs;
  }

  /** Metrics, checkpoint, and a line for people. */
  async afterEpoch(validation: Evaluation | undefined): Promise<void> {
    const means = this.namedMeans();
    const seconds = this.clock.seconds();
    const evaluated: Readonly<Record<string, number>> = validation
      ? { loss: validation.loss, ...validation.metrics }
      : {};
    const validated = Object.fromEntries(Object.entries(evaluated).map(([name, value]) => [`val_${name}`, value]));
    this.log.add({ epoch: this.epoch + 1, step: this.learner.steps, epoch_end: true, ...means, ...validated, seconds });
    await this.log.flush();
    const figures = [means, validated].filter((each) => Object.keys(each).length > 0).map((each) => showMeans(each));
    this.display.line([`epoch ${this.epoch + 1}/${this.options.epochs}`, ...figures, duration(seconds)].join('  '));
    this.validation = validation ?? this.validation;
    this.lastMeans = means;
    this.epoch++;
    this.cursor = 0;
    this.means = new RunningMeans(this.learner.names.length);
    this.clock = new EpochClock();
    await this.save();
    this.mark = await takeMark(this.learner, this.epoch, 0);
  }

  /** Writes the weights and, when the run ended within an epoch, the checkpoint to go on from. */
  async finish(): Promise<TrainingResult> {
    if (this.cursor > 0) {
      this.lastMeans = this.namedMeans();
      await this.save();
    }
    await this.learner.model.save(this.output.weights);
    this.display.line(`the weights are in ${this.output.weights}`);
    return {
      epochs: this.epoch,
      steps: this.learner.steps,
      training: this.lastMeans,
      validation: this.validation,
      weights: this.output.weights,
    };
  }

  private async save(): Promise<void> {
    const position: Position = {
      epoch: this.epoch,
      cursor: this.cursor,
      step: this.learner.steps,
      ...this.means.stored(),
      seconds: this.clock.seconds(),
    };
    await saveCheckpoint(this.output.checkpoint, this.learner.session, position, this.identity);
  }

  private async read(): Promise<void> {
    for (const record of await this.learner.records()) {
      if (!record.values.every(Number.isFinite)) await this.failNotFinite(record);
      this.means.add(record.values, record.samples);
      if (record.step % this.options.logEvery === 0) {
        this.log.add({ epoch: this.epoch + 1, step: record.step, ...this.named(record.values) });
      }
    }
    await this.log.flush();
    this.lastRead = performance.now();
    const done = Math.min(this.cursor * this.options.batch, this.loader.samples);
    const { epochs } = this.options;
    const { samples } = this.loader;
    const figures = { epoch: this.epoch, epochs, done, samples, means: this.namedMeans(), rate: this.clock.rate(done) };
    this.display.progress(figures, this.lastRead);
  }

  /** Stops at a loss or metric that is not finite and says where it came from. */
  private async failNotFinite(record: StepRecord): Promise<never> {
    const [name, value] = Object.entries(this.named(record.values)).find(([, v]) => !Number.isFinite(v)) ?? [
      'loss',
      Number.NaN,
    ];
    this.display.line(`${name} is ${value} at step ${record.step}; looking for where it began …`);
    const where = await whereNotFinite(this.learner, this.loader, this.mark, record.step);
    this.display.end();
    const kept =
      this.epoch > 0 ? ` The checkpoint of epoch ${this.epoch} in ${this.output.checkpoint} is unharmed.` : '';
    throw new UserError(
      `the ${name} is ${value} at epoch ${this.epoch + 1}, step ${record.step}: ${where}. Training stopped.${kept}\n` +
        'Most often the learning rate is too high: try a tenth of it. Else look for a division by zero, a logarithm of ' +
        'something that is not positive, or inputs that are not scaled',
    );
  }

  private namedMeans(): Readonly<Record<string, number>> {
    return this.named(this.means.means());
  }

  private named(values: ArrayLike<number>): Readonly<Record<string, number>> {
    return Object.fromEntries(this.learner.names.map((name, i) => [name, values[i] ?? Number.NaN]));
  }
}

/** Lets everything that waits have its turn: signals, timers, the device's answers. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
