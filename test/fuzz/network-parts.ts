/** What random networks are made of: layers, losses and metrics over a graph builder, written as the standard library writes them. */
import type { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import type { ElementType } from '../../compiler/ops/types.ts';
import type { Draw } from './draw.ts';

export const N: Dim = dim.symbol('N');

/** Where a leaf's values lie: `low <= value < high`, whole numbers for integers. */
export type Range = readonly [low: number, high: number];

/** Layers that draw their own leaves. Names carry the prefix, so that many networks fit one module. */
export class Parts {
  readonly ranges = new Map<string, Range>();
  readonly parameters: Value[] = [];
  readonly g: GraphBuilder;
  readonly draw: Draw;
  readonly prefix: string;
  #sites = 0;

  constructor(g: GraphBuilder, draw: Draw, prefix: string) {
    this.g = g;
    this.draw = draw;
    this.prefix = prefix;
  }

  input(name: string, element: ElementType, shape: readonly Dim[], range: Range): Value {
    this.ranges.set(this.prefix + name, range);
    return this.g.input(this.prefix + name, { element, shape });
  }

  /** A trained parameter; of two or more axes it is a weight, whose products keep the size of what goes in. */
  parameter(shape: readonly number[], range?: Range): Value {
    const name = `${this.prefix}p${this.parameters.length}`;
    const reach = shape.length < 2 ? 0.5 : Math.sqrt(4 / shape.slice(1).reduce((a, b) => a * b, 1));
    this.ranges.set(name, range ?? [-reach, reach]);
    const value = this.g.parameter(name, { element: 'f32', shape: shape.map(dim.int) });
    this.parameters.push(value);
    return value;
  }

  /** A buffer among the parameters that the step updates: a running mean or variance. */
  running(next: Value, range: Range): void {
    const { g } = this;
    const name = `${this.prefix}b${this.ranges.size}`;
    this.ranges.set(name, range);
    const old = g.parameter(name, next.type);
    g.output('update', name, g.add(g.mul(g.constant(0.9), old), g.mul(g.constant(0.1), next)));
  }

  activation(x: Value): Value {
    const { g, draw } = this;
    switch (draw.pick(['relu', 'relu', 'relu', 'relu', 'leaky', 'relu6', 'silu', 'tanh', 'none'])) {
      case 'relu':
        return g.scalar('relu', x);
      case 'leaky':
        return g.where(g.scalar('gt', x, g.constant(0)), x, g.mul(g.constant(0.01), x));
      case 'relu6':
        return g.scalar('min', g.scalar('relu', x), g.constant(6));
      case 'silu':
        return g.mul(x, g.scalar('sigmoid', x));
      case 'tanh':
        return g.scalar('tanh', x);
      default:
        return x;
    }
  }

  dropout(x: Value): Value {
    const { g, draw } = this;
    const kept = draw.pick([0.5, 0.75, 0.9]);
    const random = g.op('random', [], { shape: x.type.shape, site: this.#sites++ });
    return g.where(g.scalar('lt', random, g.constant(kept)), g.div(x, g.constant(kept)), g.constant(0));
  }

  /** `x @ weight^T + bias` over the last axis. */
  linear(x: Value, outputs: number, bias = true): Value {
    const { g } = this;
    const weight = this.parameter([outputs, sizeOf(x, -1)]);
    const y = g.op('matmul', [x, g.permute(weight, [1, 0])]);
    return bias ? g.add(y, this.parameter([outputs])) : y;
  }

  /** Mean 0 and variance 1 along the axes, then scaled and shifted by what has the shape `affine`. */
  normalize(x: Value, axes: readonly number[], affine: readonly number[], running = false): Value {
    const { g } = this;
    const mean = g.op('mean', [x], { axes, keepdim: true });
    const centred = g.sub(x, mean);
    const variance = g.op('mean', [g.mul(centred, centred)], { axes, keepdim: true });
    if (running) {
      const flat = affine.slice(0, 1).map(dim.int);
      this.running(g.reshape(mean, flat), [-1, 1]);
      this.running(g.reshape(variance, flat), [0.5, 2]);
    }
    const scaled = g.div(centred, g.scalar('sqrt', g.add(variance, g.constant(1e-5))));
    const weight = this.parameter(affine.slice(0, 1), [0.5, 1.5]);
    const bias = this.parameter(affine.slice(0, 1));
    const spread = (value: Value): Value => g.reshape(value, affine.map(dim.int));
    return g.add(g.mul(scaled, spread(weight)), spread(bias));
  }

  softmax(x: Value): Value {
    const { g } = this;
    const e = g.scalar('exp', this.#centred(x));
    return g.div(e, g.sum(e, [x.type.shape.length - 1], true));
  }

  #centred(x: Value): Value {
    const { g } = this;
    return g.sub(x, g.op('detach', [g.op('amax', [x], { axes: [x.type.shape.length - 1], keepdim: true })]));
  }

  /** The mean cross-entropy of logits [N, K] with the labels. */
  crossEntropy(logits: Value, label: Value, smoothing: number): Value {
    const { g } = this;
    const centred = this.#centred(logits);
    const logs = g.sub(centred, g.scalar('log', g.sum(g.scalar('exp', centred), [1], true)));
    const hit = g.scalar(
      'eq',
      g.op('iota', [], { shape: logits.type.shape, axis: 1 }),
      g.reshape(label, [N, dim.int(1)]),
    );
    const loss = g.div(g.neg(g.sum(g.where(hit, logs, g.constant(0)), [0, 1])), g.sizeOf(N));
    if (smoothing === 0) return loss;
    const even = g.op('mean', [logs], { axes: [0, 1], keepdim: false });
    return g.sub(g.mul(g.constant(1 - smoothing), loss), g.mul(g.constant(smoothing), even));
  }

  accuracy(logits: Value, label: Value): Value {
    const { g } = this;
    const right = g.scalar('eq', g.op('argmax', [logits], { axis: 1, keepdim: false }), label);
    return g.op('mean', [g.scalar('to_f32', right)], { axes: [0], keepdim: false });
  }

  squaredError(x: Value, target: Value): Value {
    const { g } = this;
    const difference = g.sub(x, target);
    const axes = x.type.shape.map((_, axis) => axis);
    return g.op('mean', [g.mul(difference, difference)], { axes, keepdim: false });
  }

  flatten(x: Value): Value {
    return this.g.reshape(x, [N, dim.product(x.type.shape.slice(1))]);
  }
}

/** A fixed size of a value's shape; from the end where `axis` is negative. */
export function sizeOf(x: Value, axis: number): number {
  const size = x.type.shape.at(axis);
  return (size && dim.constant(size)) ?? 1;
}
