/**
 * The training loop that the compiler writes (`generated/*.train.ts`), with a model and a device that need no compiler.
 * Tests run it as a program. `compiler/7-emit/train-file.ts` and this file must keep the same shape.
 */
import {
  evaluate,
  Learner,
  Loader,
  openData,
  runIfMain,
  runTrainer,
  type TrainingResult,
  TrainingRun,
  type TrainOptions,
} from '../../runtime/index.ts';
import { openTestDevice, Softmax, softmaxTraining } from './softmax-regression.ts';

/** The settings of the `train` declaration. The command line changes them: `--epochs 1`. */
export const defaults = {
  epochs: 3,
  batch: 64,
  shuffle: true,
  seed: 42,
  device: 'auto',
  data: 'synthetic',
  out: 'runs/softmax',
  resume: false,
  validateEvery: 1,
  logEvery: 100,
} as const satisfies TrainOptions;

/**
 * Trains the network and returns its last figures. What `changes` leaves out is as in `defaults`. Weights, checkpoint
 * and metrics go to the folder `out`.
 */
export async function train(changes: Partial<TrainOptions> = {}): Promise<TrainingResult> {
  const options: TrainOptions = { ...defaults, ...changes };
  const [device, data] = await Promise.all([openTestDevice(), openData(softmaxTraining, options)]);
  try {
    const model = await Softmax.create(device, options);
    const learner = new Learner(model, softmaxTraining);
    const loader = new Loader(data.train, options);
    const run = await TrainingRun.start(learner, loader, options, device);

    for (const epoch of run.epochs()) {
      for (const batch of run.batches(epoch)) {
        learner.step(batch); // Forward, backward and SGD: one program on the device.
        await run.afterStep(); // Progress and metrics.jsonl; stops at NaN and at Ctrl-C.
      }
      if (run.stopped) break; // `--steps` ended the run within the epoch.
      const validation = run.validates
        ? await evaluate(model, softmaxTraining, data.validation, run.interrupt)
        : undefined;
      await run.afterEpoch(validation); // Metrics and checkpoint.
    }
    return await run.finish(); // Writes weights.safetensors.
  } finally {
    await device.destroy();
  }
}

/** Trains as the command line says; returns the exit status. */
export function main(argv: readonly string[]): Promise<number> {
  return runTrainer(argv, defaults, train);
}

runIfMain(import.meta.url, main);
