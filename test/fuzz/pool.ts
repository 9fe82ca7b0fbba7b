/** The values that a random graph has so far, and the leaves and outputs that it gets. Knows what fits, not what to draw. */
import type { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import { broadcastShapes, isProblem } from '../../compiler/ops/infer.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import { operatorNamed } from '../../compiler/ops/registry.ts';
import type { Attributes, ElementType } from '../../compiler/ops/types.ts';
import type { Draw } from './draw.ts';

/** The batch of the largest run, which bounds how large values may be. */
const LARGEST_BATCH = 9;
const MOST_ELEMENTS = 2500;
const SIZES = [1, 1, 3, 4, 4, 8, 12];

export const N: Dim = dim.symbol('N');

export class Pool {
  readonly g: GraphBuilder;
  readonly draw: Draw;
  /** In front of every name, so that many graphs fit one module. */
  readonly prefix: string;
  readonly values: Value[] = [];
  /** Integers that are never negative: what division is defined for. */
  readonly natural = new Set<number>();
  #names = 0;

  constructor(g: GraphBuilder, draw: Draw, prefix: string) {
    this.g = g;
    this.draw = draw;
    this.prefix = prefix;
  }

  add(value: Value): void {
    if (!this.values.some(({ id }) => id === value.id)) this.values.push(value);
  }

  /** A value that a test accepts; recent ones are likelier, so that graphs become deep. */
  find(accepts: (value: Value) => boolean): Value | undefined {
    const fitting = this.values.filter(accepts);
    if (fitting.length === 0) return undefined;
    return this.draw.chance(0.5) ? fitting[fitting.length - 1] : this.draw.pick(fitting);
  }

  symbols(shape: readonly Dim[]): number {
    return shape.filter((size) => dim.constant(size) === undefined).length;
  }

  elements(shape: readonly Dim[]): number {
    return dim.evaluate(dim.product(shape), { N: LARGEST_BATCH });
  }

  /** Adds a node where its shape rule allows it, at most one axis is symbolic and it is not too large. */
  try(op: string, inputs: readonly Value[], attributes: Attributes = {}): Value | undefined {
    const operator = operatorNamed(op);
    const types = inputs.map(({ type }) => type);
    if (operator.kind === 'elementwise' && 'problem' in broadcastShapes(types)) return undefined;
    const type = operator.infer(types, attributes);
    if (isProblem(type) || this.symbols(type.shape) > 1 || this.elements(type.shape) > MOST_ELEMENTS) return undefined;
    return this.g.op(op, inputs, attributes);
  }

  /** A new leaf of a type: an input, or a parameter where the type can be one. Callers hand in the batch in front. */
  fresh(element: ElementType, shape: readonly Dim[]): Value {
    const { g, draw } = this;
    const batch = shape.findIndex((size) => dim.constant(size) === undefined);
    if (batch > 0) {
      const axes = shape.map((_, axis) => axis);
      const order = [...axes.slice(1, batch + 1), 0, ...axes.slice(batch + 1)];
      return g.permute(this.fresh(element, [shape[batch], ...shape.filter((_, axis) => axis !== batch)]), order);
    }
    const name = `${this.prefix}x${this.#names++}`;
    const canBeParameter = element === 'f32' && this.symbols(shape) === 0;
    // Parameters have a layout of their own, inputs the caller's.
    const leaf =
      canBeParameter && draw.chance(0.6) ? g.parameter(name, { element, shape }) : g.input(name, { element, shape });
    if (element === 'i32' || element === 'u8') this.natural.add(leaf.id);
    return leaf;
  }

  leaf(): void {
    const { draw } = this;
    const element = draw.pick<ElementType>(['f32', 'f32', 'f32', 'f32', 'f32', 'i32', 'u8', 'bool']);
    const rank = draw.pick([0, 1, 2, 2, 3, 4, 4, 4]);
    const shape = Array.from({ length: rank }, () => dim.int(draw.pick(SIZES)));
    if (rank > 0 && draw.chance(0.7)) shape[0] = N;
    // Flat and long, as an optimizer's arena.
    else if (rank === 1 && draw.chance(0.3)) shape[0] = dim.int(256 * draw.between(1, 3));
    if (this.elements(shape) > MOST_ELEMENTS) return;
    this.add(this.fresh(element, shape));
  }

  image(): void {
    const channels = this.draw.pick([1, 2, 3, 4, 6, 8, 12]);
    const [height, width] = [this.draw.between(2, 10), this.draw.between(2, 10)];
    const batch = this.draw.chance(0.8) ? N : dim.int(this.size());
    this.add(this.fresh('f32', [batch, dim.int(channels), dim.int(height), dim.int(width)]));
  }

  size(): number {
    return this.draw.pick(SIZES);
  }

  /** Adds a result; the caller gets the batch in front. */
  output(value: Value): void {
    const { g } = this;
    const batch = value.type.shape.findIndex((size) => dim.constant(size) === undefined);
    const axes = value.type.shape.map((_, axis) => axis);
    const order = batch > 0 ? [batch, ...axes.filter((axis) => axis !== batch)] : axes;
    g.output('result', `${this.prefix}y${this.#names++}`, g.permute(value, order));
  }
}
