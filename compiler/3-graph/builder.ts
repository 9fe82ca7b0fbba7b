/**
 * Builds graphs. Equal nodes are made once (common subexpressions vanish as they arise); NumPy broadcasting becomes
 * explicit `broadcast_to` nodes. What is built simplifies nothing else: see `simplify.ts`.
 */
import { type Dim, dim } from '../dim/dim.ts';
import { broadcastShapes, isProblem, sameShape, showType } from '../ops/infer.ts';
import { InternalError } from '../ops/internal-error.ts';
import { leafAttributes } from '../ops/leaf.ts';
import type { OpBuilder, Value } from '../ops/primitive.ts';
import { operatorNamed } from '../ops/registry.ts';
import type { ScalarFunction } from '../ops/scalar.ts';
import type { Attributes, ElementType, TensorType } from '../ops/types.ts';
import type { Graph, GraphNode, GraphOutput, Origin } from './graph.ts';

export class GraphBuilder implements OpBuilder {
  /** What the nodes that are made next come from. */
  origin: Origin = { path: '', what: '' };
  readonly #name: string;
  readonly #nodes: GraphNode[] = [];
  readonly #known = new Map<string, number>();
  readonly #outputs: GraphOutput[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** Adds an operator's node, or gives the one that is there already. Throws where the shape rule refuses it. */
  op(name: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const operator = operatorNamed(name);
    const fitted = operator.kind === 'elementwise' ? this.#broadcast(inputs) : inputs;
    const type = operator.infer(
      fitted.map((value) => value.type),
      attributes,
    );
    if (!isProblem(type)) return this.make(name, fitted, attributes, type);
    throw new InternalError(`${name}${this.origin.path && ` in ${this.origin.path}`}: ${type.problem}`);
  }

  /** Adds a node whose inputs have their final shapes. */
  protected make(op: string, inputs: readonly Value[], attributes: Attributes, type: TensorType): Value {
    const ids = inputs.map((value) => value.id);
    const key = `${op}(${ids.join()})${attributesKey(attributes)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return { id: known, type: this.#nodes[known].type };
    const id = this.#nodes.length;
    this.#nodes.push({ id, op, inputs: ids, attributes, type, origin: this.origin });
    this.#known.set(key, id);
    return { id, type };
  }

  #broadcast(inputs: readonly Value[]): readonly Value[] {
    const shape = broadcastShapes(inputs.map((value) => value.type));
    // A shape problem is the shape rule's to state.
    return 'problem' in shape ? inputs : inputs.map((value) => this.broadcastTo(value, shape));
  }

  /** The node that a value stands for. */
  node(value: Value): GraphNode {
    return this.#nodes[value.id];
  }

  value(id: number): Value {
    return { id, type: this.#nodes[id].type };
  }

  get size(): number {
    return this.#nodes.length;
  }

  input(name: string, type: TensorType): Value {
    return this.op('input', [], { name, ...leafAttributes(type) });
  }

  parameter(path: string, type: TensorType): Value {
    return this.op('parameter', [], { path, ...leafAttributes(type) });
  }

  state(name: string, type: TensorType): Value {
    return this.op('state', [], { name, ...leafAttributes(type) });
  }

  uniform(name: string): Value {
    return this.op('uniform', [], { name });
  }

  /** A dimension as a scalar number. */
  sizeOf(size: Dim, element: 'f32' | 'i32' = 'f32'): Value {
    return this.op('size', [], { dim: [size], element });
  }

  constant(value: number, shape: readonly Dim[] = [], element: ElementType = 'f32'): Value {
    return this.op('constant', [], { value, ...leafAttributes({ element, shape }) });
  }

  add(a: Value, b: Value): Value {
    return this.op('add', [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.op('sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.op('mul', [a, b]);
  }

  div(a: Value, b: Value): Value {
    return this.op('div', [a, b]);
  }

  neg(a: Value): Value {
    return this.op('neg', [a]);
  }

  where(condition: Value, a: Value, b: Value): Value {
    return this.op('select', [condition, a, b]);
  }

  scalar(fn: ScalarFunction, ...args: Value[]): Value {
    return this.op(fn, args);
  }

  /** Over exactly these axes: with none of them, the value itself. */
  sum(a: Value, axes: readonly number[], keepdim = false): Value {
    return axes.length === 0 ? a : this.op('sum', [a], { axes, keepdim });
  }

  broadcastTo(a: Value, shape: readonly Dim[]): Value {
    if (sameShape(a.type.shape, shape)) return a;
    const { op, attributes } = this.node(a);
    if (op === 'constant' && typeof attributes.value === 'number') {
      return this.constant(attributes.value, shape, a.type.element);
    }
    return this.op('broadcast_to', [a], { shape });
  }

  reshape(a: Value, shape: readonly Dim[]): Value {
    return sameShape(a.type.shape, shape) ? a : this.op('reshape', [a], { shape });
  }

  permute(a: Value, order: readonly number[]): Value {
    return order.every((axis, i) => axis === i) ? a : this.op('permute', [a], { order });
  }

  output(role: GraphOutput['role'], name: string, value: Value): void {
    if (this.#outputs.some((output) => output.role === role && output.name === name)) {
      throw new InternalError(`${this.#name} has two outputs ${role} ${name} (${showType(value.type)})`);
    }
    this.#outputs.push({ role, name, node: value.id });
  }

  finish(): Graph {
    return { name: this.#name, nodes: [...this.#nodes], outputs: [...this.#outputs] };
  }
}

function attributesKey(attributes: Attributes): string {
  const shown = Object.entries(attributes).map(([name, value]): string => {
    if (typeof value !== 'object') return `${name}=${typeof value}:${Object.is(value, -0) ? '-0' : value}`;
    return `${name}=[${value.map((item) => (typeof item === 'number' ? item : dim.show(item))).join()}]`;
  });
  return shown.sort().join(';');
}
