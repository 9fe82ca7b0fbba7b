/**
 * The partition without fusion: every node is a kernel of its own and everything between them lies in memory. It is what a
 * fused program is compared with; no device runs it, so no limit of theirs holds: not the buffers, not the memory.
 */
import type { Graph } from '../3-graph/graph.ts';
import { isStoredLeaf, type Partition } from './group.ts';

export function fuseNothing(graph: Graph): Partition {
  return {
    graph,
    stored: new Set(graph.nodes.map(({ id }) => id)),
    groups: graph.nodes.filter((node) => !isStoredLeaf(node)).map(({ id }) => ({ roots: [id], heavy: undefined })),
  };
}
