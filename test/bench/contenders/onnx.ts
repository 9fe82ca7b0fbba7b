/** ONNX Runtime, inference only: native (`onnxruntime-node`) or as WebAssembly (`onnxruntime-web`), by the variant. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contend, type Predictor } from '../contend.ts';
import { files, type Work } from '../task.ts';

async function infer(work: Work): Promise<Predictor> {
  const model = new Uint8Array(readFileSync(join(work.folder, files.onnx)));
  const threads = work.threads;
  const ort = await (work.variant === 'web' ? import('onnxruntime-web') : import('onnxruntime-node'));
  if (work.variant === 'web' && ort.env.wasm) ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [work.variant === 'web' ? 'wasm' : 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  return {
    description: `ONNX Runtime, ${work.variant}, ${threads} threads`,
    predict: async (images, n) => {
      const image = new ort.Tensor('float32', images, [n, ...work.sample]);
      return (await session.run({ image })).output.data;
    },
  };
}

await contend({
  train: () => {
    throw new Error('the npm packages of ONNX Runtime do not train');
  },
  infer,
});
