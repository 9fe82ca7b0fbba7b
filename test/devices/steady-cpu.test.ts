/** The steady state of training on the CPU device: steps make no array and grow nothing. */
import { expect, test } from 'vitest';
import { openCpuDevice } from '../../runtime/cpu/device.ts';
import { Loader } from '../../runtime/data/loader.ts';
import { arraysMadeBy } from '../support/counting-arrays.ts';
import { tinyBatch, tinyLearner, tinySplit } from '../support/tiny-training.ts';

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
