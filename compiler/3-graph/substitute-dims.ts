/** Gives symbolic dimensions of a graph their values, in types and attributes. */
import { type Dim, dim } from '../dim/dim.ts';
import { mapDims } from '../ops/attributes.ts';
import type { Graph } from './graph.ts';

export function substituteDims(graph: Graph, values: Readonly<Record<string, Dim>>): Graph {
  const replace = (d: Dim): Dim => dim.substitute(d, values);
  const nodes = graph.nodes.map((node) => ({
    ...node,
    attributes: mapDims(node.attributes, replace),
    type: { ...node.type, shape: node.type.shape.map(replace) },
  }));
  return { ...graph, nodes };
}
