/**
 * jax-js on its `wasm` or `webgpu` backend: the whole training step, Adam included, in one `jit`. Every use of an array
 * gives it away unless it goes through `.ref`. Without a browser its WebGPU needs a `navigator`, which is made here.
 */
import * as jax from '@jax-js/jax';
import { contend, type Predictor, type Trainer } from '../contend.ts';
import { batchOf, scaled, type Work } from '../task.ts';

const { lax, nn, numpy: np } = jax;
type Arrays = jax.Array[];

const classes = 10;
const [beta1, beta2, epsilon, rate] = [0.9, 0.999, 1e-8, 0.001];

/** Held for as long as the process lives: Dawn crashes when it is collected under pending work. */
const held: unknown[] = [];

async function start(variant: string): Promise<string> {
  const backend = variant === 'webgpu' ? 'webgpu' : 'wasm';
  if (backend === 'webgpu') {
    const { create, globals } = await import('webgpu');
    const gpu = create([]);
    held.push(gpu);
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  }
  if (!(await jax.init(backend)).includes(backend)) throw new Error(`jax-js has no ${backend} here`);
  jax.defaultDevice(backend);
  return `jax-js, ${backend}`;
}

/** Owns its arguments, as jax-js wants it. */
function network([w1, b1, w2, b2, w3, b3, w4, b4, w5, b5]: Arrays, image: jax.Array): jax.Array {
  const layer = (x: jax.Array, w: jax.Array, b: jax.Array) =>
    nn.relu(lax.conv(x, w, [1, 1], 'VALID').add(b.reshape([1, -1, 1, 1])));
  const pooled = (x: jax.Array) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
  const features = layer(pooled(layer(pooled(layer(image, w1, b1)), w2, b2)), w3, b3);
  const hidden = nn.relu(np.matmul(features.reshape([-1, 1152]), w4.transpose()).add(b4));
  return nn.softmax(np.matmul(hidden, w5.transpose()).add(b5), -1);
}

function lossOf(parameters: Arrays, image: jax.Array, target: jax.Array): jax.Array {
  const output = network(parameters, image);
  return nn.logSoftmax(output, -1).mul(target).sum(-1).mean().mul(-1);
}

/** One step; `corrections` are 1 - beta1^t and 1 - beta2^t. */
function update(parameters: Arrays, m: Arrays, v: Arrays, corrections: jax.Array, image: jax.Array, target: jax.Array) {
  const [loss, gradients] = jax.valueAndGrad(lossOf)(
    parameters.map((p) => p.ref),
    image,
    target,
  );
  const [c1, c2] = [corrections.ref.slice(0), corrections.slice(1)];
  const next: [Arrays, Arrays, Arrays] = [[], [], []];
  for (const [i, p] of parameters.entries()) {
    const g = gradients[i];
    const moment = m[i].mul(beta1).add(g.ref.mul(1 - beta1));
    const square = v[i].mul(beta2).add(g.ref.mul(g).mul(1 - beta2));
    const root = np.sqrt(square.ref.div(c2.ref)).add(epsilon);
    next[0].push(p.sub(moment.ref.div(c1.ref).div(root).mul(rate)));
    next[1].push(moment);
    next[2].push(square);
  }
  c1.dispose();
  c2.dispose();
  return [...next, [loss]];
}

function arrays(work: Work): Arrays {
  return work.weights.map(({ data, shape }) => np.array(data).reshape([...shape]));
}

function oneHot(labels: Uint8Array): jax.Array {
  const data = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) data[i * classes + label] = 1;
  return np.array(data).reshape([labels.length, classes]);
}

async function train(work: Work): Promise<Trainer> {
  const description = await start(work.variant);
  let parameters = arrays(work);
  let [m, v] = [0, 1].map(() => work.weights.map(({ shape }) => np.zeros([...shape])));
  let [last]: (jax.Array | undefined)[] = [];
  const step = jax.jit(update);
  let steps = 0;
  return {
    description,
    step: async (index) => {
      const { images, labels } = batchOf(work, index);
      steps += 1;
      const corrections = np.array(new Float32Array([1 - beta1 ** steps, 1 - beta2 ** steps]));
      const image = np.array(scaled(images)).reshape([work.batch, ...work.sample]);
      last?.dispose();
      [parameters, m, v, [last]] = step(parameters, m, v, corrections, image, oneHot(labels));
      await jax.blockUntilReady(parameters);
    },
    loss: async () => (await last?.ref.data())?.[0] ?? Number.NaN,
  };
}

async function infer(work: Work): Promise<Predictor> {
  const description = await start(work.variant);
  const parameters = arrays(work);
  const forward = jax.jit(network);
  return {
    description,
    predict: async (images, n) => {
      const image = np.array(images).reshape([n, ...work.sample]);
      const output = forward(
        parameters.map((p) => p.ref),
        image,
      );
      return Float32Array.from(await output.data());
    },
  };
}

await contend({ train, infer });
