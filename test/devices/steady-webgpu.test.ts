/**
 * The steady state of training on WebGPU, by the calls that reach it: steps create nothing, read nothing back, are submitted
 * together and send no samples. That they compute the same as with batches from the host.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { Loader } from '../../runtime/data/loader.ts';
import type { StorageElement } from '../../runtime/program.ts';
import { evaluate } from '../../runtime/train/evaluate.ts';
import type { Learner } from '../../runtime/train/learner.ts';
import { findAdapter } from '../../runtime/webgpu/adapter.ts';
import { openWebGpuDevice } from '../../runtime/webgpu/device.ts';
import { counting, since } from '../support/counting-gpu.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { tinyBatch, tinyLearner, tinySplit, tinyTraining } from '../support/tiny-training.ts';
import { toy } from './toy.ts';

const noGpu = missingSwiftShader();
describe.skipIf(noGpu !== undefined)(`WebGPU${noGpu === undefined ? '' : `: ${noGpu}`}`, async () => {
  const adapter = await findAdapter();
  if ('missing' in adapter) throw new Error(adapter.missing);
  const { found, counts } = counting(adapter);
  // A clock that stands still: submissions are as large as their number allows, however slow the machine is.
  const device = await openWebGpuDevice(found, () => 0);
  afterAll(() => device.destroy());
  const split = tinySplit(50);
  const settings = { batch: tinyBatch, shuffle: true, seed: 1 };

  /** As a training run does: `steps` steps, epoch after epoch. */
  async function take(learner: Learner, steps: number): Promise<void> {
    const loader = new Loader(split, settings);
    for (let step = 0; step < steps; step++) {
      learner.step(loader.batch(Math.floor(step / loader.batches), step % loader.batches));
      await learner.session.busy();
    }
  }

  async function losses(learner: Learner): Promise<number[]> {
    return (await learner.records()).map(({ values }) => values[0]);
  }

  test('steps create nothing, read nothing back and are a few submissions', async () => {
    const learner = await tinyLearner(device);
    await learner.keep(split);
    await take(learner, 3);
    await learner.records();

    const before = { ...counts };
    // 1 + 2 + 4 + 8 + 3 * 16: the last submission is full.
    const steps = 63;
    await take(learner, steps);
    const steady = since(before, counts);
    expect(steady).toMatchObject({ buffers: 0, bindGroups: 0, shaders: 0, pipelines: 0, readbacks: 0 });
    expect(steady.submits).toBe(7);
    // Every kernel of the plan, and one that gathers the batches of a submission; its records are copied at its end.
    const { kernels, records } = learner.session.module.programs.train;
    expect(steady.dispatches).toBe(steps * kernels.length + steady.submits);
    expect(steady.copies).toBe(records.length * steady.submits);
    expect(steady.passes).toBe(2 * steady.submits);
    // Row numbers and uniforms, once a submission; a block of 256 bytes a step.
    expect(steady.writes).toBe(2 * steady.submits);
    expect(steady.bytesWritten).toBeLessThanOrEqual(steps * (256 + 4 * (3 + tinyBatch)));

    const first = { ...counts };
    expect((await learner.records()).length).toBe(steps);
    expect(since(first, counts)).toMatchObject({ buffers: 0, readbacks: 1, submits: 1 });
    learner.session.dispose();
  });

  test('the device gathers the batches that the host would have sent', async () => {
    const [kept, sent] = [await tinyLearner(device), await tinyLearner(device)];
    await kept.keep(split);
    for (const learner of [kept, sent]) await take(learner, 20);
    const expected = await losses(sent);
    expect(await losses(kept)).toEqual(expected);
    expect(new Set(expected).size).toBe(20);

    // Another batch, one from elsewhere, an evaluation and room for larger batches come in between.
    for (const learner of [kept, sent]) {
      learner.step({ size: 2, fields: [new Uint8Array(72).fill(99), Int32Array.of(1, 2)] });
      await take(learner, 2);
      await evaluate(learner.model, tinyTraining, tinySplit(9));
      learner.session.reserve(30);
      await take(learner, 4);
    }
    expect(await losses(kept)).toEqual(await losses(sent));
    for (const learner of [kept, sent]) learner.session.dispose();
  });

  test('batches from the host share submissions too, each in a slot of its own', async () => {
    const learner = await tinyLearner(device);
    await take(learner, 3);
    await learner.records();
    const before = { ...counts };
    const steps = 63;
    await take(learner, steps);
    const steady = since(before, counts);
    expect(steady).toMatchObject({ buffers: 0, bindGroups: 0, readbacks: 0 });
    // One more for each batch that is not full: what it does not overwrite stays, so it waits for the steps before.
    expect(steady.submits).toBeLessThanOrEqual(steps / 4 + 9);
    expect(steady.dispatches).toBe(steps * learner.session.module.programs.train.kernels.length);
    learner.session.dispose();
  });

  test('two sessions of one module share their pipelines, and progress counts to the end', async () => {
    const progress: number[][] = [];
    const first = await device.load(toy, { batch: 1, progress: (done, all) => progress.push([done, all]) });
    expect(progress).toEqual(toy.kernels.map((_, i) => [i + 1, toy.kernels.length]));
    const before = { ...counts };
    const second = await device.load(toy, { batch: 1, progress: (done, all) => progress.push([done, all]) });
    expect(since(before, counts)).toMatchObject({ shaders: 0, pipelines: 0 });
    expect(progress.at(-1)).toEqual([toy.kernels.length, toy.kernels.length]);
    for (const session of [first, second]) session.dispose();
  });

  test('columns of every kind, whole words or not', async () => {
    const kinds: readonly (readonly [StorageElement, number])[] = [
      ['u8', 3],
      ['i32', 1],
      ['u8', 8],
      ['f32', 5],
      ['i32', 2],
    ];
    const none = { kernels: [], records: [] };
    const module = {
      ...toy,
      buffers: kinds.map(([element, perSample], i) => {
        return { name: `field${i}`, element, size: { fixed: 0, perSample }, role: 'input' } as const;
      }),
      kernels: [],
      programs: { infer: none, evaluate: none, train: none, prepare: none },
    };
    const samples = 9;
    const columns = kinds.map(([, size], buffer) => {
      return { buffer, data: Uint8Array.from({ length: samples * size }, (_, i) => (i * 41 + buffer) % 256) };
    });
    const session = await device.load(module, { batch: 4 });
    const kept = await session.keep(columns);
    for (const rows of [[8, 0, 3], [5, 5, 1, 2], [7]]) {
      kept?.take(Uint32Array.from(rows));
      for (const [buffer, [, size]] of kinds.entries()) {
        const { data } = columns[buffer];
        const expected = rows.flatMap((row) => [...data.subarray(row * size, (row + 1) * size)]);
        expect([...(await session.read(buffer, 0, rows.length * size))]).toEqual(expected);
      }
    }
    expect(() => kept?.take(Uint32Array.of(9))).toThrow('row 9 of 9 samples');
    expect(() => kept?.take(new Uint32Array(5))).toThrow('5 samples: there is room for 4');
    await expect(session.keep(columns.slice(0, 1).concat({ buffer: 1, data: new Uint8Array(8) }))).rejects.toThrow(
      'columns of 9, 8 samples',
    );
    kept?.dispose();
    expect(() => kept?.take(Uint32Array.of(1))).toThrow('disposed');
    session.dispose();
  });

  test('more samples than the device should keep are sent instead', async () => {
    const learner = await tinyLearner(device);
    const { session } = learner;
    const [{ buffer }] = tinyTraining.fields;
    // Zeros that nobody touches take no memory.
    const before = { ...counts };
    expect(await session.keep([{ buffer, data: new Uint8Array(36 * 30_000_000) }])).toBeUndefined();
    expect(since(before, counts).buffers).toBe(0);
    session.dispose();
  });
});
