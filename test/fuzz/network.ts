/**
 * Random networks with their loss, metrics and gradients: convolutions with bias, activation and pooling in the orders that
 * people write, residual sums, normalisation, dropout, attention, fully connected layers, softmax and cross-entropy. What is
 * drawn depends on the seed alone.
 */
import { gradients } from '../../compiler/3-graph/autodiff.ts';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { isProblem } from '../../compiler/ops/infer.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import { operatorNamed } from '../../compiler/ops/registry.ts';
import type { Attributes, TensorType } from '../../compiler/ops/types.ts';
import { Draw } from './draw.ts';
import { N, Parts, type Range, sizeOf } from './network-parts.ts';

export interface Network {
  readonly graph: Graph;
  /** By the names of inputs, parameters and buffers. */
  readonly ranges: ReadonlyMap<string, Range>;
}

/** Products that one convolution may take for a sample. */
const MOST_PRODUCTS = 400_000;

export function randomNetwork(seed: number, prefix = ''): Network {
  const draw = new Draw(seed * 7919 + 13);
  const g = new GraphBuilder(`network ${seed}`);
  const parts = new Parts(g, draw, prefix);
  const body = draw.pick([images, images, images, classic, classic, vectors, sequences]);
  const features = body(parts);
  const loss = head(parts, features);
  g.output('record', `${prefix}loss`, loss);
  const inputs = draw.chance(0.2) ? [features] : [];
  for (const [i, gradient] of gradients(g, loss, [...parts.parameters, ...inputs]).entries()) {
    const parameter = parts.parameters[i];
    if (parameter) g.output('gradient', String(g.node(parameter).attributes.path), gradient);
    else g.output('result', `${prefix}dx`, gradient);
  }
  return { graph: g.finish(), ranges: parts.ranges };
}

/** A loss over classes, mostly, with its metric and predictions. */
function head(parts: Parts, features: Value): Value {
  const { g, draw, prefix } = parts;
  if (draw.chance(0.1)) {
    return parts.squaredError(features, parts.input('target', 'f32', features.type.shape, [-1, 1]));
  }
  let x = features.type.shape.length === 2 ? features : parts.flatten(features);
  for (let i = draw.pick([0, 0, 1]); i > 0; i--) {
    x = parts.activation(parts.linear(x, draw.pick([4, 8, 10, 16, 24]), draw.chance(0.8)));
    if (draw.chance(0.3)) x = parts.dropout(x);
  }
  const classes = draw.pick([2, 3, 5, 10, 16]);
  const logits = parts.linear(x, classes, draw.chance(0.8));
  const label = parts.input('label', 'i32', [N], [0, classes]);
  if (draw.chance(0.6)) g.output('record', `${prefix}accuracy`, parts.accuracy(logits, label));
  if (draw.chance(0.5)) g.output('result', `${prefix}y`, draw.chance(0.5) ? logits : parts.softmax(logits));
  return parts.crossEntropy(logits, label, draw.chance(0.2) ? 0.1 : 0);
}

function vectors(parts: Parts): Value {
  const { draw } = parts;
  let x = parts.input('x', 'f32', [N, dim.int(draw.pick([3, 8, 13, 32]))], [-1, 1]);
  for (let i = draw.pick([1, 1, 2]); i > 0; i--) {
    const width = sizeOf(x, 1);
    const y = parts.linear(x, draw.pick([4, 8, 12, 16, width]), draw.chance(0.8));
    const normal = draw.chance(0.3) ? parts.normalize(y, draw.chance(0.5) ? [0] : [1], [sizeOf(y, 1)]) : y;
    const next = parts.activation(normal);
    x = sizeOf(next, 1) === width && draw.chance(0.5) ? parts.g.add(x, next) : next;
    if (draw.chance(0.2)) x = parts.dropout(x);
  }
  return x;
}

function sequences(parts: Parts): Value {
  const { g, draw } = parts;
  const [length, width] = [draw.pick([2, 5, 8]), draw.pick([4, 8, 12])];
  let x = parts.input('x', 'f32', [N, dim.int(length), dim.int(width)], [-1, 1]);
  for (let i = draw.pick([1, 1, 2]); i > 0; i--) {
    const normal = draw.chance(0.6) ? parts.normalize(x, [2], [width]) : x;
    const inner = draw.chance(0.7) ? attention(parts, normal) : parts.activation(parts.linear(normal, width));
    x = draw.chance(0.7) ? g.add(x, inner) : inner;
    if (draw.chance(0.2)) x = parts.dropout(x);
  }
  return draw.chance(0.6) ? g.op('mean', [x], { axes: [1], keepdim: false }) : x;
}

function attention(parts: Parts, x: Value): Value {
  const { g, draw } = parts;
  const width = sizeOf(x, 2);
  const [q, k, v] = [0, 1, 2].map(() => parts.linear(x, width, draw.chance(0.5)));
  const scores = g.div(g.op('matmul', [q, g.permute(k, [0, 2, 1])]), g.constant(Math.sqrt(width)));
  return g.op('matmul', [parts.softmax(scores), v]);
}

function images(parts: Parts): Value {
  const { g, draw } = parts;
  const [height, width] = [draw.between(4, 14), draw.between(4, 14)];
  const channels = draw.pick([1, 1, 2, 3, 4, 16, 20]);
  const shape = [N, ...[channels, height, width].map(dim.int)];
  const bytes = draw.chance(0.5);
  const pixels = parts.input('image', bytes ? 'u8' : 'f32', shape, bytes ? [0, 256] : [-1, 1]);
  let x = bytes ? g.div(g.scalar('to_f32', pixels), g.constant(255)) : pixels;
  if (draw.chance(0.2)) x = g.div(g.sub(x, g.constant(0.2860406)), g.constant(0.3530242));
  for (let i = draw.pick([1, 1, 2]); i > 0; i--) x = draw.chance(0.15) ? residual(parts, x) : block(parts, x);
  if (draw.chance(0.2)) return g.op('mean', [x], { axes: [2, 3], keepdim: false });
  return draw.chance(0.8) ? parts.flatten(x) : x;
}

/** Two or three 3 x 3 convolutions with ReLU and windows side by side: what has special forms, at sizes where they pay. */
function classic(parts: Parts): Value {
  const { draw } = parts;
  const side = (): number => draw.between(9, 15);
  let x = parts.input('image', 'f32', [N, ...[draw.pick([1, 3, 16]), side(), side()].map(dim.int)], [-1, 1]);
  const padding = draw.pick([0, 1, 1]);
  for (let i = draw.pick([2, 2, 2, 3]); i > 0; i--) {
    const outputs = draw.pick([8, 16, 16, 24, 32]);
    const kernel = draw.chance(0.85) ? [3, 3] : [5, 5];
    const y = convolve(parts, x, { outputs, kernel, stride: [1, 1], padding: [padding, padding], groups: 1 });
    if (!y) break;
    const reluFirst = draw.chance(0.75);
    const active = reluFirst ? parts.g.scalar('relu', y) : y;
    const window = draw.pick([2, 2, 2, 3]);
    const attributes = { kernel: [window, window], stride: [window, window], padding: [0, 0], ceil: draw.chance(0.1) };
    const pooled = draw.chance(0.7) ? attempt(parts, 'max_pool2d', [active], attributes) : undefined;
    x = reluFirst ? (pooled ?? active) : parts.g.scalar('relu', pooled ?? active);
    if (draw.chance(0.15)) x = parts.dropout(x);
  }
  return parts.flatten(x);
}

/** A node where its shape rule allows it. */
function attempt(parts: Parts, op: string, inputs: readonly Value[], attributes: Attributes): Value | undefined {
  const type = operatorNamed(op).infer(
    inputs.map((input) => input.type),
    attributes,
  );
  return isProblem(type) ? undefined : parts.g.op(op, inputs, attributes);
}

interface Convolution {
  readonly outputs: number;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly groups: number;
}

function convolve(
  parts: Parts,
  x: Value,
  { outputs, kernel, stride, padding, groups }: Convolution,
): Value | undefined {
  const { g, draw } = parts;
  const channels = sizeOf(x, 1) / groups;
  const products = outputs * channels * kernel[0] * kernel[1] * sizeOf(x, 2) * sizeOf(x, 3);
  if (products > MOST_PRODUCTS * stride[0] * stride[1]) return undefined;
  const attributes = { stride, padding, dilation: [1, 1], groups };
  const weight: TensorType = { element: 'f32', shape: [outputs, channels, ...kernel].map(dim.int) };
  if (isProblem(operatorNamed('conv2d').infer([x.type, weight], attributes))) return undefined;
  const y = g.op('conv2d', [x, parts.parameter([outputs, channels, ...kernel])], attributes);
  if (draw.chance(0.2)) return y;
  return g.add(y, g.reshape(parts.parameter([outputs]), [outputs, 1, 1].map(dim.int)));
}

/** Convolution, bias, normalisation, activation, pooling: some of them, the last three in any order that makes sense. */
function block(parts: Parts, x: Value): Value {
  const { draw } = parts;
  const channels = sizeOf(x, 1);
  const square = draw.pick([1, 2, 3, 3, 3, 3, 5]);
  const step = draw.pick([1, 1, 1, 1, 2]);
  const groups = draw.chance(0.85) ? 1 : draw.pick([2, channels].filter((count) => channels % count === 0));
  const outputs = groups * draw.pick(groups === 1 ? [3, 4, 8, 8, 10, 16, 24, 32] : [1, 2]);
  const y = convolve(parts, x, {
    outputs,
    kernel: draw.chance(0.85) ? [square, square] : [square, 1],
    stride: draw.chance(0.9) ? [step, step] : [1, 2],
    padding: draw.pick([
      [0, 0],
      [0, 0],
      [1, 1],
      [0, 1],
    ]),
    groups,
  });
  if (!y) return pool(parts, x);
  const normal = draw.chance(0.25) ? normalizeChannels(parts, y) : y;
  const poolFirst = draw.chance(0.25);
  const first = poolFirst ? pool(parts, normal) : parts.activation(normal);
  const second = poolFirst ? parts.activation(first) : draw.chance(0.65) ? pool(parts, first) : first;
  return draw.chance(0.15) ? parts.dropout(second) : second;
}

function normalizeChannels(parts: Parts, x: Value): Value {
  const { g, draw } = parts;
  const channels = sizeOf(x, 1);
  if (draw.chance(0.7)) return parts.normalize(x, [0, 2, 3], [channels, 1, 1], true);
  const groups = draw.pick([1, 2, channels].filter((count) => channels % count === 0));
  const grouped = [N, dim.int(groups), dim.int(channels / groups), dim.int(sizeOf(x, 2) * sizeOf(x, 3))];
  const centred = g.reshape(x, grouped);
  const mean = g.op('mean', [centred], { axes: [2, 3], keepdim: true });
  return g.reshape(g.sub(centred, mean), x.type.shape);
}

/** A pooling of windows that fit: side by side mostly, as networks have it. */
function pool(parts: Parts, x: Value): Value {
  const { draw } = parts;
  const op = draw.pick(['max_pool2d', 'max_pool2d', 'max_pool2d', 'avg_pool2d']);
  const square = draw.pick([2, 2, 2, 3]);
  const kernel = draw.chance(0.85)
    ? [square, square]
    : draw.pick([
        [1, 2],
        [2, 1],
        [3, 2],
      ]);
  const apart = draw.chance(0.8)
    ? kernel
    : draw.pick([
        [1, 1],
        [2, 2],
      ]);
  const padding = draw.chance(0.85) ? [0, 0] : kernel.map((size) => size >> 1);
  return attempt(parts, op, [x], { kernel, stride: apart, padding, ceil: draw.chance(0.15) }) ?? x;
}

/** `relu(x + f(x))`, with f of one or two 3 x 3 convolutions that keep the size. */
function residual(parts: Parts, x: Value): Value {
  const { g, draw } = parts;
  const channels = sizeOf(x, 1);
  const keep = { outputs: channels, kernel: [3, 3], stride: [1, 1], padding: [1, 1], groups: 1 };
  let y: Value | undefined = x;
  for (let i = draw.between(1, 2); i > 0 && y; i--) {
    const convolved: Value | undefined = convolve(parts, y, keep);
    const normal = convolved && draw.chance(0.5) ? normalizeChannels(parts, convolved) : convolved;
    y = normal && i > 1 ? parts.activation(normal) : normal;
  }
  if (!y) return pool(parts, x);
  const sum = g.add(x, y);
  return draw.chance(0.8) ? g.scalar('relu', sum) : sum;
}
