/** Copies what a graph's outputs need into a builder, node by node: the skeleton of every pass over graphs. */
import type { Value } from '../ops/primitive.ts';
import type { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';

/** The nodes that some output depends on. */
export function liveNodes(graph: Graph): ReadonlySet<number> {
  const live = new Set<number>();
  const visit = (id: number): void => {
    if (live.has(id)) return;
    live.add(id);
    graph.nodes[id].inputs.forEach(visit);
  };
  for (const output of graph.outputs) visit(output.node);
  return live;
}

/** Rebuilds the live nodes through the builder, which may make something better of each; gives each old node's value. */
export function copyInto(builder: GraphBuilder, graph: Graph): ReadonlyMap<number, Value> {
  const live = liveNodes(graph);
  const values = new Map<number, Value>();
  for (const node of graph.nodes) {
    if (!live.has(node.id)) continue;
    builder.origin = node.origin;
    const inputs = node.inputs.flatMap((input) => values.get(input) ?? []);
    values.set(node.id, builder.op(node.op, inputs, node.attributes));
  }
  for (const { role, name, node } of graph.outputs) {
    const value = values.get(node);
    if (value) builder.output(role, name, value);
  }
  return values;
}
