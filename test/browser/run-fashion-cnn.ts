/** What fashion-cnn.test.ts does with the generated module, in Node and in the page alike: nothing here is of either. */
import { type DeviceChoice, Learner, openDevice, tensor } from 'netc/runtime';
import { FashionCnn, fashionCnnTraining } from '../../generated/fashion_cnn.ts';

export interface Outcome {
  readonly description: string;
  /** The probabilities of three pictures. */
  readonly forward: number[];
  /** The loss and the accuracy of one training step over eight. */
  readonly record: number[];
  /** Of every parameter after the step: the first and the last element and the sum. */
  readonly parameters: Record<string, number[]>;
  /** The probabilities after the step. */
  readonly after: number[];
}

/** Grey levels 0..255 that look random and are the same everywhere. */
const pixels = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => ((i * i + 7 * i) * 2654435761) >>> 24);

export async function runFashionCnn(choice: DeviceChoice, threads?: number): Promise<Outcome> {
  const device = await openDevice(choice, threads === undefined ? {} : { threads });
  try {
    const model = await FashionCnn.create(device, { seed: 5, batch: 8 });
    const image = tensor(
      Float32Array.from(pixels(3 * 784), (level) => level / 255),
      [3, 1, 28, 28],
    );
    const forward = [...(await model.forward({ image })).data];
    const learner = new Learner(model, fashionCnnTraining);
    learner.step({ size: 8, fields: [pixels(8 * 784), Int32Array.from({ length: 8 }, (_, i) => i)] });
    const [step] = await learner.records();
    const parameters = Object.entries(await model.parameters()).map(([name, { data }]): [string, number[]] => [
      name,
      [data[0], data[data.length - 1], data.reduce((sum, value) => sum + value, 0)],
    ]);
    const after = [...(await model.forward({ image })).data];
    const { description } = device;
    return { description, forward, record: [...step.values], parameters: Object.fromEntries(parameters), after };
  } finally {
    await device.destroy();
  }
}
