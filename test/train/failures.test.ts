/** What a run says when it cannot go on: nothing to resume, other settings, numbers that are none, no place to write. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeFileAtomically } from '../../runtime/host/files.ts';
import {
  evaluate,
  Learner,
  Loader,
  openData,
  type RunNumbers,
  TrainingRun,
  type TrainingSpec,
  type TrainOptions,
} from '../../runtime/index.ts';
import { messageOf } from '../support/message-of.ts';
import { defaults, train } from './example.train.ts';
import { openTestDevice, Softmax, softmaxTraining } from './softmax-regression.ts';

const scratch = mkdtempSync(join(tmpdir(), 'netc-failures-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function options(name: string, changes: Partial<TrainOptions> = {}): TrainOptions {
  return { ...defaults, quiet: true, limit: 640, epochs: 1, out: join(scratch, name), ...changes };
}

test('nothing to resume', async () => {
  const message = await messageOf(train(options('empty', { resume: true })));
  expect(message).toContain(`${join(scratch, 'empty', 'checkpoint.safetensors')} does not exist`);
  expect(message).toContain('leave --resume out');
});

test('resuming with other settings names them', async () => {
  await train(options('settings', { steps: 3 }));
  const changed = { resume: true, batch: 32, seed: 1, shuffle: false, limit: 320 };
  const message = await messageOf(train(options('settings', changed)));
  expect(message).toContain('--batch is 64, not 32');
  expect(message).toContain('--seed is 42, not 1');
  expect(message).toContain('started without --no-shuffle');
  expect(message).toContain('640 samples, not 320');
});

test('weights are no checkpoint', async () => {
  const { weights } = await train(options('no-checkpoint', { steps: 1 }));
  writeFileSync(join(scratch, 'no-checkpoint', 'checkpoint.safetensors'), readFileSync(weights));
  expect(await messageOf(train(options('no-checkpoint', { resume: true })))).toContain('is not a checkpoint');
});

/** The loop of the example, with a learning rate that becomes absurd at a step. */
async function trainWith(uniforms: TrainingSpec['uniforms'], settings: TrainOptions) {
  const training = { ...softmaxTraining, uniforms };
  const [device, data] = await Promise.all([openTestDevice(), openData(training, settings)]);
  const model = await Softmax.create(device, settings);
  const learner = new Learner(model, training);
  const run = await TrainingRun.start(learner, new Loader(data.train, settings), settings, device);
  for (const epoch of run.epochs()) {
    for (const batch of run.batches(epoch)) {
      learner.step(batch);
      await run.afterStep();
    }
    await run.afterEpoch(await evaluate(model, training, data.validation, run.interrupt));
  }
}

test('a loss that is no number stops the run and names step and kernel', async () => {
  const explode = ({ step }: RunNumbers) => [step, step === 7 ? 1e39 : 0.05];
  const message = await messageOf(trainWith(explode, options('nan', { logEvery: 1 })));
  expect(message).toContain('the loss is NaN at epoch 1, step 8');
  expect(message).toContain('step 7 first computes such a value in `sgd`');
  expect(message).toContain('learning rate');
});

test('in a later epoch too, noticed late, with the checkpoint before it unharmed', async () => {
  const explode = ({ step }: RunNumbers) => [step, step === 14 ? 1e39 : 0.05];
  const message = await messageOf(trainWith(explode, options('nan-later', { epochs: 3 })));
  expect(message).toContain('at epoch 2, step 15: step 14 first computes such a value in `sgd`');
  expect(message).toContain('The checkpoint of epoch 1');
  await train(options('nan-later', { epochs: 2, resume: true }));
});

test('an output folder that is a file', async () => {
  writeFileSync(join(scratch, 'file'), '');
  const message = await messageOf(train(options('file')));
  expect(message).toContain(`cannot write to the output folder ${join(scratch, 'file')}`);
  expect(message).toContain('--out');
});

test.skipIf(process.platform !== 'linux')('an output folder where nothing can be made', async () => {
  expect(await messageOf(train({ ...options('x'), out: '/proc/netc' }))).toContain(
    'cannot write to the output folder /proc/netc',
  );
});

test.skipIf(process.platform !== 'linux')('a full disk leaves the old file as it was', async () => {
  const path = join(scratch, 'kept.safetensors');
  writeFileSync(path, 'old');
  // The temporary file's name leads to a device that is always full.
  symlinkSync('/dev/full', `${path}.${process.pid}.tmp`);
  const message = await messageOf(writeFileAtomically(path, [new Uint8Array(3_000_000)], 'the checkpoint'));
  expect(message).toContain(`cannot write the checkpoint ${path} (3.0 MB): the disk is full`);
  expect(readFileSync(path, 'utf8')).toBe('old');
});
