/**
 * Keeps kernels within WebGPU's default of 8 storage buffers: a long sum of many tensors becomes several kernels. Counts
 * tensors, though those that share an arena share a buffer: never too few.
 */
import type { Graph, GraphNode } from '../3-graph/graph.ts';
import { inputsOf } from './group.ts';

/** WebGPU's default for the storage buffers that a kernel binds. */
export const MAX_BUFFERS = 8;

/** Puts values in memory until no node reads more than fits beside its own result. Adds to `stored`. */
export function limitReads(graph: Graph, stored: Set<number>): void {
  const reads: ReadonlySet<number>[] = [];
  const through = (id: number): ReadonlySet<number> => (stored.has(id) ? new Set([id]) : reads[id]);
  for (const node of graph.nodes) {
    const all = (): Set<number> => new Set(node.inputs.flatMap((id) => [...through(id)]));
    while (all().size >= MAX_BUFFERS) stored.add(largest(node, through));
    reads.push(all());
  }
}

/** The input that reads most. */
function largest(node: GraphNode, through: (id: number) => ReadonlySet<number>): number {
  return node.inputs.reduce((most, id) => (through(id).size > through(most).size ? id : most));
}

/**
 * How many buffers a kernel binds that reads these stored nodes and writes these roots. An update is written where the
 * old value is, unless another kernel may still have to read that.
 */
export function countBuffers(
  graph: Graph,
  stored: ReadonlySet<number>,
  reads: ReadonlySet<number>,
  roots: readonly number[],
): number {
  const others = [...stored].filter((id) => !roots.includes(id));
  const inPlace = graph.outputs.filter(({ role, name, node }) => {
    if (role !== 'update' || !roots.includes(node)) return false;
    const old = [...reads].find((id) => leafName(graph.nodes[id]) === name);
    return old !== undefined && !others.some((id) => id !== old && inputsOf(graph, stored, [id]).has(old));
  });
  return reads.size + roots.length - new Set(inPlace.map(({ node }) => node)).size;
}

/** What an update of this leaf is called. */
function leafName({ op, attributes }: GraphNode): string | undefined {
  if (op === 'state') return String(attributes.name);
  return op === 'parameter' ? String(attributes.path) : undefined;
}
