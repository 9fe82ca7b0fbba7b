/**
 * Keeps kernels within WebGPU's default of 8 storage buffers: a long sum of many tensors becomes several kernels, and numbers
 * of each sample that images are made with are computed before the images. Counts tensors, though those that share an arena
 * share a buffer: never too few.
 */
import type { Graph, GraphNode } from '../3-graph/graph.ts';
import { dim } from '../dim/dim.ts';
import { inputsOf, kindOf } from './group.ts';

/** WebGPU's default for the storage buffers that a kernel binds. */
export const MAX_BUFFERS = 8;

/** What a symbolic size is taken to be where values' sizes are compared. */
const SOME = 64;

/** Puts values in memory until no node reads more than fits beside its own result. Adds to `stored`. */
export function limitReads(graph: Graph, stored: Set<number>): void {
  const reads: ReadonlySet<number>[] = [];
  const through = (id: number): ReadonlySet<number> => (stored.has(id) ? new Set([id]) : reads[id]);
  const collect = ({ inputs }: GraphNode): Set<number> => new Set(inputs.flatMap((id) => [...through(id)]));
  for (const node of graph.nodes) {
    while (collect(node).size >= MAX_BUFFERS) {
      const behind = unstoredBehind(graph, stored, node);
      if (behind.size === 0) break;
      stored.add(best(graph, behind, (id) => reads[id].size));
      // What is computed where it is read now reads less.
      for (const id of [...behind].sort((a, b) => a - b)) reads[id] = collect(graph.nodes[id]);
    }
    reads.push(collect(node));
  }
}

/** What is computed within the kernel that computes this node, but for the node itself. */
function unstoredBehind(graph: Graph, stored: ReadonlySet<number>, node: GraphNode): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = ({ inputs }: GraphNode): void => {
    for (const id of inputs) {
      if (stored.has(id) || found.has(id)) continue;
      found.add(id);
      visit(graph.nodes[id]);
    }
  };
  visit(node);
  return found;
}

/** The value to keep: of those that read several tensors the one with the fewest elements, then the one that reads most. */
function best(graph: Graph, ids: ReadonlySet<number>, readsOf: (id: number) => number): number {
  const elements = (id: number): number => {
    const all = dim.product(graph.nodes[id].type.shape);
    return dim.evaluate(all, Object.fromEntries(dim.symbols(all).map((symbol) => [symbol, SOME])));
  };
  const computed = [...ids].filter((id) => readsOf(id) > 1 && kindOf(graph.nodes[id]) !== 'movement');
  const numbers = computed.filter((id) => graph.nodes[id].type.element !== 'bool');
  const choice = numbers.length > 0 ? numbers : [...ids];
  return choice.reduce((a, b) => ((elements(b) - elements(a) || readsOf(a) - readsOf(b)) < 0 ? b : a));
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
