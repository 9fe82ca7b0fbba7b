/**
 * Both Fashion-MNIST networks against PyTorch: the losses of twenty steps of Adam, the first gradients,
 * the weights they lead to, and a batch that is not full. Runs the generated modules; `training-*.test.ts` say where.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { FashionCnn, fashionCnnTraining } from '../../generated/fashion_cnn.ts';
import { FashionCnnLogits, fashionCnnLogitsTraining } from '../../generated/fashion_cnn_logits.ts';
import { type DeviceChoice, Learner, openDevice, tensor } from '../../runtime/index.ts';
import { readArena, readParameter } from '../../runtime/weights/layout.ts';
import { trainingRuns } from './fixtures.ts';
import { fashionParameters, images, labels } from './formula.ts';
import { expectClose, relativeError } from './tolerance.ts';

const networks = [
  { create: FashionCnn.create, training: fashionCnnTraining },
  { create: FashionCnnLogits.create, training: fashionCnnLogitsTraining },
];
const cases = trainingRuns().map((run, i) => ({ ...run, ...networks[i] }));

/** Batch `index` of `size` samples, as the loader would give it. */
function batch(noiseSeed: number, index: number, size: number) {
  const fields = [images(noiseSeed, index * size, size), Int32Array.from(labels(index * size, size))];
  return { size, fields, epoch: 0, index };
}

/** Every `stride`-th value, as many as the fixture has. */
function sampled(values: Float32Array, { stride, values: wanted }: { stride: number; values: readonly number[] }) {
  return wanted.map((_, i) => values[i * stride]);
}

/** Declares the tests of one device. `timeout` in milliseconds, for one network. */
export function compareTraining(choice: DeviceChoice, timeout: number): void {
  describe(`on the device ${choice}`, async () => {
    const device = await openDevice(choice);
    afterAll(() => device.destroy());

    test.each(cases)(
      '$name: twenty steps',
      async (fixture) => {
        const { training, parameters, float64, float32 } = fixture;
        const weights = Object.fromEntries(
          fashionParameters(fixture.parameter_seed).map(({ name, shape, data }) => [name, { shape, data }]),
        );
        const model = await fixture.create(device, { weights, batch: fixture.batch });
        const { session, spec } = model;

        const pixels = Float32Array.from(images(fixture.noise_seed, 0, fixture.partial.batch), (byte) => byte / 255);
        const output = await model.forward({ image: tensor(pixels, [fixture.partial.batch, 1, 28, 28]) });
        expect(output.shape).toEqual([fixture.partial.batch, 10]);
        expectClose('output of a partial batch', output.data.subarray(0, 40), fixture.partial.output, 1e-5);

        const learner = new Learner(model, training);
        learner.step(batch(fixture.noise_seed, 0, fixture.batch));
        const arena = spec.module.buffers.findIndex(({ role }) => role === 'gradients');
        const gradients = await readArena(session, arena, spec.module);
        for (const { name, gradient } of parameters) {
          const place = spec.module.parameters.find((parameter) => parameter.name === name);
          const values = place ? readParameter(gradients, place) : new Float32Array();
          const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          expectClose(`largest gradient of ${name}`, [largest], [gradient.max], 1e-5);
          expectClose(
            `gradient of ${name}`,
            [gradient.max, ...sampled(values, gradient)],
            [gradient.max, ...gradient.values],
            1e-5,
          );
        }

        for (let step = 1; step < float64.losses.length; step += 1)
          learner.step(batch(fixture.noise_seed, step, fixture.batch));
        const records = await learner.records();
        const losses = records.map(({ values }) => values[learner.names.indexOf('loss')]);
        const accuracies = records.map(({ values }) => values[learner.names.indexOf('accuracy')]);
        losses.forEach((loss, step) => {
          expect(relativeError([loss], [float64.losses[step]]), `loss of step ${step + 1}`).toBeLessThan(1e-4);
        });
        // Where two classes are all but equal a rounding error decides: one image at most.
        accuracies.forEach((accuracy, step) => {
          const difference = Math.abs(accuracy - float32.accuracies[step]);
          expect(difference, `accuracy of step ${step + 1}`).toBeLessThan(1.01 / fixture.batch);
        });

        const trained: Readonly<Record<string, { readonly data: Float32Array }>> = await model.parameters();
        for (const { name, trained: wanted } of parameters) {
          const { data } = trained[name];
          const size = data.reduce((total, value) => total + Math.abs(value), 0);
          expectClose(`size of ${name}`, [size], [wanted.abs_sum], 1e-4);
          expectClose(`values of ${name}`, sampled(data, wanted), wanted.values, 1e-2);
        }
        model.dispose();
      },
      timeout,
    );
  });
}
