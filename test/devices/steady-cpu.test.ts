/** The steady state of training on the CPU device: steps make no array and grow nothing. */
import { expect, test, vi } from 'vitest';
import { openCpuDevice } from '../../runtime/cpu/device.ts';
import { layout } from '../../runtime/cpu/layout.ts';
import { Loader } from '../../runtime/data/loader.ts';
import { arraysMadeBy } from '../support/counting-arrays.ts';
import { tinyBatch, tinyLearner, tinySplit } from '../support/tiny-training.ts';
import { buffers, toy } from './toy.ts';

test('the counter sees what is made', () => {
  const made = arraysMadeBy(() => {
    new Float32Array(3).subarray(1).slice();
    Uint8Array.of(1);
  });
  expect(made).toBeGreaterThanOrEqual(3);
  expect(arraysMadeBy(() => [1, 2].slice())).toBe(0);
});

test.each([1, 2])('two hundred steps on %d threads make no array', async (threads) => {
  const device = openCpuDevice({ threads });
  const learner = await tinyLearner(device);
  const split = tinySplit(50);
  await learner.keep(split);
  const loader = new Loader(split, { batch: tinyBatch, shuffle: false, seed: 1 });
  const step = (number: number): void => learner.step(loader.batch(0, number % loader.batches));
  step(0);
  const made = arraysMadeBy(() => {
    for (let number = 1; number <= 200; number++) step(number);
  });
  expect(made).toBe(0);
  expect((await learner.records()).length).toBe(201);
  await device.destroy();
});

test('threads are called once a run, also where there is nothing to prepare of parameters that changed', async () => {
  const device = openCpuDevice({ threads: 2 });
  const session = await device.load(toy, { batch: 2 });
  expect(toy.programs.prepare.kernels).toEqual([]);
  const { generation } = layout(toy, 2, 2).words;
  const added = vi.spyOn(Atomics, 'add');
  const calls = (): number => added.mock.calls.filter(([, index]) => index === generation).length;
  session.write(buffers.p, Float32Array.of(1, 10, 100, 1000));
  session.run('evaluate', 2, Float32Array.of(0.5, 0));
  expect(calls()).toBe(1);
  session.write(buffers.p, Float32Array.of(2, 10, 100, 1000));
  session.run('infer', 1, Float32Array.of(0.5, 0));
  expect(calls()).toBe(2);
  added.mockRestore();
  session.dispose();
  await device.destroy();
});
