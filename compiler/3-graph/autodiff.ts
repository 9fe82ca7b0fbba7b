/**
 * Reverse-mode automatic differentiation, graph to graph. Each node's gradient rule is its operator's; contributions to
 * one value are added in the order in which its readers stand, last first, so that the result is always the same.
 */
import { InternalError } from '../ops/internal-error.ts';
import type { Value } from '../ops/primitive.ts';
import { operatorNamed } from '../ops/registry.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';
import { copyInto } from './rewrite.ts';

/**
 * The gradients of the scalar `loss` by each of `wrt`, built behind what is there. A value that the loss does not depend
 * on has the gradient zero. Integers and what is detached pass no gradient on.
 */
export function gradients(g: GraphBuilder, loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.type.element !== 'f32' || loss.type.shape.length > 0) throw new InternalError('a loss is an f32 scalar');
  const needed = dependents(g, loss, wrt);
  const adjoints = new Map<number, Value>([[loss.id, g.constant(1)]]);
  for (let id = loss.id; id >= 0; id--) {
    const dy = adjoints.get(id);
    if (!dy || !needed.has(id)) continue;
    const output = g.value(id);
    const node = g.node(output);
    const inputs = node.inputs.map((input) => g.value(input));
    // Nothing to hand on: a leaf, or only values that need no gradient.
    if (!inputs.some((input) => needed.has(input.id))) continue;
    g.origin = { ...node.origin, backward: true };
    const parts = operatorNamed(node.op).grad(g, { inputs, output, attributes: node.attributes }, dy);
    for (const [i, input] of inputs.entries()) {
      const part = parts[i];
      if (!part || !needed.has(input.id)) continue;
      const before = adjoints.get(input.id);
      adjoints.set(input.id, before ? g.add(before, part) : part);
    }
  }
  return wrt.map((value) => adjoints.get(value.id) ?? g.constant(0, value.type.shape));
}

/** The f32 values up to the loss that depend on one of `wrt`. */
function dependents(g: GraphBuilder, loss: Value, wrt: readonly Value[]): ReadonlySet<number> {
  const needed = new Set(wrt.map((value) => value.id));
  for (let id = 0; id <= loss.id; id++) {
    const value = g.value(id);
    if (value.type.element === 'f32' && g.node(value).inputs.some((input) => needed.has(input))) needed.add(id);
  }
  return needed;
}

/** The graph with one output `gradient` for each parameter named: the gradient of the record `loss`. */
export function differentiate(graph: Graph, loss: string, parameters: readonly string[]): Graph {
  const g = new GraphBuilder(graph.name);
  const values = copyInto(g, graph);
  const output = graph.outputs.find(({ role, name }) => role === 'record' && name === loss);
  const lossValue = output && values.get(output.node);
  if (!lossValue) throw new InternalError(`the graph ${graph.name} does not record ${loss}`);
  const byPath = new Map<string, Value>();
  const types = new Map<string, Value['type']>();
  for (const node of graph.nodes) {
    if (node.op !== 'parameter') continue;
    const path = String(node.attributes.path);
    types.set(path, node.type);
    const value = values.get(node.id);
    if (value) byPath.set(path, value);
  }
  const wrt = parameters.flatMap((path) => byPath.get(path) ?? []);
  const found = new Map(gradients(g, lossValue, wrt).map((gradient, i) => [wrt[i].id, gradient]));
  for (const path of parameters) {
    const value = byPath.get(path);
    const type = types.get(path);
    const gradient = value ? found.get(value.id) : type && g.constant(0, type.shape);
    if (!gradient) throw new InternalError(`the graph ${graph.name} has no parameter ${path}`);
    g.output('gradient', path, gradient);
  }
  return g.finish();
}
