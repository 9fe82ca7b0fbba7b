/** The networks that are measured: where each one's source is, how it is given to others, what is asked of it. */
import { join } from 'node:path';
import { root } from './compile.ts';
import { fashionCnn, resnet18 } from './onnx-file.ts';
import type { Mode, NetworkName, Tensor } from './task.ts';

export interface Measured {
  readonly title: string;
  /** Its `.net` file. */
  readonly source: string;
  readonly modes: readonly Mode[];
  /** The batch sizes of inference. */
  readonly inferBatches: readonly number[];
  /** Whether compile time, sizes and growth with batch and width are measured of it. */
  readonly scales: boolean;
  /**
   * How many of the first three losses are compared. Adam's first steps are little more than the gradients' signs, and
   * batch normalisation over few values magnifies rounding: PyTorch's own losses of ResNet-18 in float32 and in float64
   * are 1e-4 apart after one step and 1e-2 after two.
   */
  readonly compared: number;
  /** The same network for ONNX Runtime; `sample`: a picture's size. */
  onnx(weights: readonly Tensor[], sample: readonly number[]): Uint8Array;
}

export const networks: Readonly<Record<NetworkName, Measured>> = {
  fashion_cnn: {
    title: 'Fashion-MNIST CNN (models/fashion_cnn.net)',
    source: join(root, 'models/fashion_cnn.net'),
    modes: ['train', 'infer'],
    inferBatches: [64, 1],
    scales: true,
    compared: 3,
    onnx: fashionCnn,
  },
  resnet18: {
    title: 'ResNet-18, 1 x 28 x 28 (models/fashion_resnet.net)',
    source: join(root, 'models/fashion_resnet.net'),
    modes: ['train', 'infer'],
    inferBatches: [64, 1],
    scales: false,
    compared: 1,
    onnx: resnet18,
  },
  resnet18_224: {
    title: 'ResNet-18, 3 x 224 x 224 (models/resnet18.net)',
    source: join(root, 'models/resnet18.net'),
    modes: ['infer'],
    inferBatches: [1],
    scales: false,
    compared: 0,
    onnx: resnet18,
  },
};

const fashionMnist = JSON.stringify(join(root, 'models/fashion_mnist.net'));

/** The network of models/fashion_cnn.net with `factor` times as many channels and features. */
export function wideSource(factor: number): string {
  const [a, b, c, d] = [32, 64, 128, 64].map((width) => width * factor);
  return `// models/fashion_cnn.net, ${factor} times as wide.
import { FashionMnist } from ${fashionMnist}

model Wide${factor}(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  image
    |> conv1: Conv2d(1 -> ${a}, kernel=3) |> relu |> MaxPool2d(2)
    |> conv2: Conv2d(${b}, kernel=3) |> relu |> MaxPool2d(2)
    |> conv3: Conv2d(${c}, kernel=3) |> relu
    |> flatten
    |> fc1: Linear(${d}) |> relu
    |> fc2: Linear(10)
    |> softmax
}

train Wide${factor} on FashionMnist {
  input     = to_float(image)
  // netc-allow: W0101
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
  batch     = 64
}
`;
}
