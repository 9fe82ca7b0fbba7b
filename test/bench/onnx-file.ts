/**
 * Writes the networks of the bench as ONNX files, without a library: field numbers are those of onnx.proto. The input is
 * called `image`, the result `output`; the batch is open.
 */
import { type Bytes, float, integer, joined, message, text } from './protobuf.ts';
import { elements, type Tensor } from './task.ts';

type Attribute = number | readonly number[];

const attributeTypes = { float: 1, int: 2, ints: 7 };
const elementTypes = { float32: 1 };

function attribute(name: string, value: Attribute): Bytes {
  const type = (code: number): Bytes => integer(20, code);
  if (typeof value !== 'number')
    return [...text(1, name), ...value.flatMap((item) => integer(8, item)), ...type(attributeTypes.ints)];
  if (Number.isInteger(value)) return [...text(1, name), ...integer(3, value), ...type(attributeTypes.int)];
  return [...text(1, name), ...float(2, value), ...type(attributeTypes.float)];
}

const tensor = ({ name, shape, data }: Tensor): Bytes => [
  ...shape.flatMap((size) => integer(1, size)),
  ...integer(2, elementTypes.float32),
  ...text(8, name),
  ...message(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
];

/** A value's name and type; a size by name is open. */
const value = (name: string, shape: readonly (number | string)[]): Bytes => {
  const sizes = shape.flatMap((size) => message(1, typeof size === 'number' ? integer(1, size) : text(2, size)));
  const type = [...integer(1, elementTypes.float32), ...message(2, sizes)];
  return [...text(1, name), ...message(2, message(1, type))];
};

/** A network under construction: each call adds a node and returns its result's name. */
export class OnnxGraph {
  private readonly nodes: Bytes[] = [];
  private readonly weights: ReadonlyMap<string, Tensor>;
  private readonly used = new Set<string>();

  constructor(weights: readonly Tensor[]) {
    this.weights = new Map(weights.map((weight) => [weight.name, weight]));
  }

  node(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    for (const name of inputs) if (this.weights.has(name)) this.used.add(name);
    const result = `${operator}_${this.nodes.length}`;
    this.nodes.push([
      ...inputs.flatMap((name) => text(1, name)),
      ...text(2, result),
      ...text(3, result),
      ...text(4, operator),
      ...Object.entries(attributes).flatMap(([name, given]) => message(5, attribute(name, given))),
    ]);
    return result;
  }

  conv(x: string, name: string, { stride = 1, padding = 0 } = {}): string {
    const inputs = [x, `${name}.weight`, ...(this.weights.has(`${name}.bias`) ? [`${name}.bias`] : [])];
    return this.node('Conv', inputs, {
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    });
  }

  maxPool(x: string, size: number, stride: number, padding = 0): string {
    return this.node('MaxPool', [x], {
      kernel_shape: [size, size],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    });
  }

  linear(x: string, name: string): string {
    return this.node('Gemm', [x, `${name}.weight`, `${name}.bias`], { transB: 1 });
  }

  batchNorm(x: string, name: string): string {
    const parts = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => `${name}.${part}`);
    return this.node('BatchNormalization', [x, ...parts], { epsilon: 1e-5 });
  }

  /** The file. `sample`: the input's size without the batch; `result` is what `output` is to be. */
  file(sample: readonly number[], result: string, classes: number): Uint8Array {
    const nodes = [...this.nodes, [...text(1, result), ...text(2, 'output'), ...text(4, 'Identity')]];
    const graph = [
      ...nodes.flatMap((node) => message(1, node)),
      ...text(2, 'network'),
      ...[...this.used].flatMap((name) => {
        const weight = this.weights.get(name);
        return weight ? message(5, tensor(weight)) : [];
      }),
      ...message(11, value('image', ['N', ...sample])),
      ...message(12, value('output', ['N', classes])),
    ];
    const operators = [...text(1, ''), ...integer(2, 17)];
    return joined([...integer(1, 8), ...text(2, 'netc bench'), ...message(7, graph), ...message(8, operators)]);
  }
}

/** models/fashion_cnn.net. */
export function fashionCnn(weights: readonly Tensor[]): Uint8Array {
  const graph = new OnnxGraph(weights);
  const relu = (x: string) => graph.node('Relu', [x]);
  const first = graph.maxPool(relu(graph.conv('image', 'conv1')), 2, 2);
  const second = graph.maxPool(relu(graph.conv(first, 'conv2')), 2, 2);
  const flat = graph.node('Flatten', [relu(graph.conv(second, 'conv3'))]);
  const logits = graph.linear(relu(graph.linear(flat, 'fc1')), 'fc2');
  return graph.file([1, 28, 28], graph.node('Softmax', [logits]), classesOf(weights, 'fc2'));
}

/** models/resnet18.net. */
export function resnet18(weights: readonly Tensor[], sample: readonly number[]): Uint8Array {
  const graph = new OnnxGraph(weights);
  const names = new Set(weights.map(({ name }) => name));
  const relu = (x: string) => graph.node('Relu', [x]);
  const norm = (x: string, conv: string, bn: string, options = {}) => graph.batchNorm(graph.conv(x, conv, options), bn);
  const block = (x: string, path: string, stride: number): string => {
    const inner = relu(norm(x, `${path}.conv1`, `${path}.bn1`, { stride, padding: 1 }));
    const outer = norm(inner, `${path}.conv2`, `${path}.bn2`, { padding: 1 });
    const projected = names.has(`${path}.downsample.0.weight`);
    const past = projected ? norm(x, `${path}.downsample.0`, `${path}.downsample.1`, { stride }) : x;
    return relu(graph.node('Add', [outer, past]));
  };
  let x = graph.maxPool(relu(norm('image', 'conv1', 'bn1', { stride: 2, padding: 3 })), 3, 2, 1);
  for (const layer of [1, 2, 3, 4])
    for (const i of [0, 1]) x = block(x, `layer${layer}.${i}`, layer > 1 && i === 0 ? 2 : 1);
  const flat = graph.node('Flatten', [graph.node('GlobalAveragePool', [x])]);
  return graph.file(sample, graph.linear(flat, 'fc'), classesOf(weights, 'fc'));
}

function classesOf(weights: readonly Tensor[], layer: string): number {
  const weight = weights.find(({ name }) => name === `${layer}.weight`);
  return weight ? elements(weight.shape.slice(0, 1)) : 0;
}
