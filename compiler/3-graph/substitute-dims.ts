/** Gives symbolic dimensions of a graph their values, in types and attributes. */
import { type Dim, dim } from '../dim/dim.ts';
import type { AttributeValue } from '../ops/types.ts';
import type { Graph } from './graph.ts';

export function substituteDims(graph: Graph, values: Readonly<Record<string, Dim>>): Graph {
  const replace = (d: Dim): Dim => dim.substitute(d, values);
  const attribute = (value: AttributeValue): AttributeValue => {
    if (!Array.isArray(value)) return value;
    const dims = value.filter((item): item is Dim => typeof item === 'object');
    return dims.length === value.length ? dims.map(replace) : value;
  };
  const nodes = graph.nodes.map((node) => ({
    ...node,
    attributes: Object.fromEntries(Object.entries(node.attributes).map(([key, value]) => [key, attribute(value)])),
    type: { ...node.type, shape: node.type.shape.map(replace) },
  }));
  return { ...graph, nodes };
}
