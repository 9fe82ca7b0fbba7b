/** netc: the generated class and the runtime, as a program would use them, on the device that the variant names. */
import { type Bundle, modelClassOf, trainingOf } from '../bundle.ts';
import { contend, type Predictor, type Trainer } from '../contend.ts';
import { batchOf, type Work } from '../task.ts';

async function open(work: Work) {
  const netc: Bundle = await import(work.bundle);
  const choice = work.variant === 'webgpu' ? 'webgpu' : 'cpu';
  const device = await netc.openDevice(choice, work.threads > 0 ? { threads: work.threads } : {});
  const weights = Object.fromEntries(work.weights.map(({ name, shape, data }) => [name, { shape, data }]));
  const batch = work.mode === 'train' ? work.batch : Math.max(...work.inferBatches);
  return { netc, device, model: await modelClassOf(netc).create(device, { weights, batch }) };
}

async function train(work: Work): Promise<Trainer> {
  const { netc, device, model } = await open(work);
  const learner = new netc.Learner(model, trainingOf(netc));
  const batches = Array.from({ length: work.batches }, (_, index) => {
    const { images, labels } = batchOf(work, index);
    return { size: work.batch, fields: [images, Int32Array.from(labels)] };
  });
  return {
    description: device.description,
    step: (batch) => {
      const data = batches[batch % batches.length];
      if (data) learner.step(data);
    },
    loss: async () => (await learner.records()).at(-1)?.values[0] ?? Number.NaN,
  };
}

async function infer(work: Work): Promise<Predictor> {
  const { netc, device, model } = await open(work);
  return {
    description: device.description,
    predict: async (images, n) => {
      const image = netc.tensor(images, [n, ...work.sample]);
      return (await model.forward({ image })).data;
    },
  };
}

await contend({ train, infer });
