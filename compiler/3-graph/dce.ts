/** Removes the nodes that no output depends on, and those that have become equal to another. */
import { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';
import { copyInto } from './rewrite.ts';

export function eliminateDeadNodes(graph: Graph): Graph {
  const builder = new GraphBuilder(graph.name);
  copyInto(builder, graph);
  return builder.finish();
}
