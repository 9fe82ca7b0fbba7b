/**
 * TensorFlow.js on its `wasm` or `cpu` backend. The wasm backend has no gradient of a convolution; that of the
 * three-dimensional one it has, so the variant `wasm-conv3d` trains by way of pictures that are one pixel deep.
 */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
// What Node loads as the package has no gradients in it, and it cannot load this file as it is: by its path it is bundled.
// They go into the one registry that all copies of the library share.
import '../node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { contend, type Predictor, type Trainer } from '../contend.ts';
import { batchOf, elements, scaled, type Work } from '../task.ts';

const classes = 10;

/** A convolution by its weights, whatever lies between two and three dimensions. */
type Convolution = (x: tf.Tensor, weight: tf.Tensor) => tf.Tensor;

const flat: Convolution = (x, weight) => tf.conv2d(x, weight, 1, 'valid');

const deep: Convolution = (x, weight) => {
  const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [kh = 0, kw = 0, inputs = 0, outputs = 0] = weight.shape;
  const volume = tf.reshape(x, [n, 1, height, width, channels]);
  const kernel = tf.reshape(weight, [1, kh, kw, inputs, outputs]);
  return tf.squeeze(tf.conv3d(volume, kernel, 1, 'valid'), [1]);
};

/** Where the element at `index` of a TensorFlow layout lies in PyTorch's. */
function reordered(data: Float32Array, sizes: readonly number[], strides: readonly number[]): Float32Array {
  const result = new Float32Array(data.length);
  const position = sizes.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = data[position.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0)] ?? 0;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      position[axis] = ((position[axis] ?? 0) + 1) % (sizes[axis] ?? 1);
      if (position[axis] !== 0) break;
    }
  }
  return result;
}

/** PyTorch's weights in TensorFlow's layouts: channels last, also in the vector that the last picture is flattened to. */
function variables(work: Work): tf.Variable[] {
  const spots = 9;
  return work.weights.map(({ name, shape, data }) => {
    const [outputs = 0, inputs = 0, height = 0, width = 0] = shape;
    if (shape.length === 4) {
      const sizes = [height, width, inputs, outputs];
      const area = height * width;
      return tf.variable(tf.tensor(reordered(data, sizes, [width, 1, area, inputs * area]), sizes));
    }
    if (shape.length === 1) return tf.variable(tf.tensor(data, shape));
    const channels = inputs / spots;
    const values =
      name === 'fc1.weight'
        ? reordered(data, [spots, channels, outputs], [1, spots, inputs])
        : reordered(data, [inputs, outputs], [1, inputs]);
    return tf.variable(tf.tensor(values, [inputs, outputs]));
  });
}

function network(parameters: readonly tf.Tensor[], convolve: Convolution, image: tf.Tensor): tf.Tensor {
  const [w1, b1, w2, b2, w3, b3, w4, b4, w5, b5] = parameters;
  if (!(w1 && b1 && w2 && b2 && w3 && b3 && w4 && b4 && w5 && b5)) throw new Error('ten parameters are needed');
  const layer = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => tf.relu(tf.add(convolve(x, w), b));
  const pooled = (x: tf.Tensor) => tf.maxPool(x, 2, 2, 'valid');
  const features = layer(pooled(layer(pooled(layer(image, w1, b1)), w2, b2)), w3, b3);
  const hidden = tf.relu(tf.add(tf.matMul(tf.reshape(features, [-1, 1152]), w4), b4));
  return tf.softmax(tf.add(tf.matMul(hidden, w5), b5));
}

async function start(work: Work): Promise<string> {
  const backend = work.variant === 'cpu' ? 'cpu' : 'wasm';
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
  await tf.ready();
  return `TensorFlow.js ${tf.version_core}, ${backend}`;
}

async function train(work: Work): Promise<Trainer> {
  const description = await start(work);
  const parameters = variables(work);
  const convolve = work.variant === 'wasm-conv3d' ? deep : flat;
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-8);
  const [, height = 0, width = 0] = work.sample;
  let last: tf.Tensor | null = null;
  return {
    description,
    step: (index) => {
      const { images, labels } = batchOf(work, index);
      const image = tf.tensor(scaled(images), [work.batch, height, width, 1]);
      const target = tf.oneHot(tf.tensor(Int32Array.from(labels), [work.batch], 'int32'), classes);
      last?.dispose();
      last = optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(target, network(parameters, convolve, image)),
        true,
        parameters,
      );
      tf.dispose([image, target]);
    },
    loss: async () => (await last?.data())?.[0] ?? Number.NaN,
  };
}

async function infer(work: Work): Promise<Predictor> {
  const description = await start(work);
  const parameters = variables(work);
  const size = elements(work.sample);
  const [, height = 0, width = 0] = work.sample;
  return {
    description,
    predict: async (images, n) => {
      const output = tf.tidy(() => {
        const image = tf.tensor(images.subarray(0, n * size), [n, height, width, 1]);
        return network(parameters, flat, image);
      });
      const data = await output.data();
      output.dispose();
      return Float32Array.from(data);
    },
  };
}

await contend({ train, infer });
