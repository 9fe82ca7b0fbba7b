/**
 * Runs a graph with the operators' float64 references: the oracle of every later stage. Slow; for small batches.
 */
import { dim } from '../dim/dim.ts';
import { mapDims, textOf } from '../ops/attributes.ts';
import { showShape } from '../ops/infer.ts';
import { InternalError } from '../ops/internal-error.ts';
import type { ReferenceTensor } from '../ops/primitive.ts';
import { operatorNamed } from '../ops/registry.ts';
import type { Graph, GraphNode } from './graph.ts';

/** Values of the leaves, by name (parameters by path), and of the symbolic dimensions. */
export interface Bindings {
  readonly dims?: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, ReferenceTensor>>;
  readonly parameters?: Readonly<Record<string, ReferenceTensor>>;
  readonly states?: Readonly<Record<string, ReferenceTensor>>;
  readonly uniforms?: Readonly<Record<string, number>>;
}

/** What stands in for a node's value: tests add the error that float32 would make. */
export type Adjust = (node: GraphNode, value: ReferenceTensor) => ReferenceTensor;

/** The value of every node, in the nodes' order. */
export function interpretNodes(
  graph: Graph,
  bindings: Bindings,
  adjust: Adjust = (_, value) => value,
): readonly ReferenceTensor[] {
  const { dims = {} } = bindings;
  const values: ReferenceTensor[] = [];
  for (const node of graph.nodes) {
    const attributes = mapDims(node.attributes, (d) => dim.int(dim.evaluate(d, dims)));
    const inputs = node.inputs.map((input) => values[input]);
    const value = bound(node, bindings) ?? operatorNamed(node.op).reference(inputs, attributes, bindings.uniforms);
    const shape = node.type.shape.map((d) => dim.evaluate(d, dims));
    if (value.shape.length !== shape.length || shape.some((size, axis) => size !== value.shape[axis])) {
      const expected = `${showShape(node.type.shape)} = [${shape.join(', ')}]`;
      throw new InternalError(`%${node.id} = ${node.op} gives [${value.shape.join(', ')}], not ${expected}`);
    }
    values.push(adjust(node, value));
  }
  return values;
}

/** The value of each output, in the outputs' order. */
export function interpret(graph: Graph, bindings: Bindings): readonly ReferenceTensor[] {
  const values = interpretNodes(graph, bindings);
  return graph.outputs.map((output) => values[output.node]);
}

function bound(node: GraphNode, { inputs, parameters, states, uniforms }: Bindings): ReferenceTensor | undefined {
  const from = (values: Readonly<Record<string, ReferenceTensor>> = {}, name: string): ReferenceTensor => {
    if (!Object.hasOwn(values, name)) throw new InternalError(`the ${node.op} ${name} has no value`);
    return values[name];
  };
  switch (node.op) {
    case 'input':
      return from(inputs, textOf(node.attributes, 'name'));
    case 'parameter':
      return from(parameters, textOf(node.attributes, 'path'));
    case 'state':
      return from(states, textOf(node.attributes, 'name'));
    case 'uniform': {
      const value = uniforms?.[textOf(node.attributes, 'name')];
      return from(value === undefined ? {} : { value: { shape: [], data: Float64Array.of(value) } }, 'value');
    }
    default:
      return undefined;
  }
}
