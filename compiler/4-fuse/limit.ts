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

/**
 * Puts values in memory until no node reads more than fits beside its own result. Adds to `stored`. A value that is kept is
 * one more to read where what it is made of is read anyway, so all nodes are looked at again.
 */
export function limitReads(graph: Graph, stored: Set<number>): void {
  while (keepOne(graph, stored));
}

/** Keeps a value behind the first node that reads too much; false where there is none. */
function keepOne(graph: Graph, stored: Set<number>): boolean {
  const reads: ReadonlySet<number>[] = [];
  for (const node of graph.nodes) {
    const own = new Set(node.inputs.flatMap((id) => (stored.has(id) ? [id] : [...reads[id]])));
    reads.push(own);
    if (own.size < MAX_BUFFERS) continue;
    const { inside } = within(graph, stored, node);
    if (inside.size === 0) continue;
    stored.add(best(graph, stored, node, inside));
    return true;
  }
  return false;
}

/** What is computed in the kernel that computes this node, but for the node itself, and how many tensors that reads. */
function within(graph: Graph, stored: ReadonlySet<number>, node: GraphNode, kept?: number) {
  const inside = new Set<number>();
  const read = new Set<number>();
  const visit = ({ inputs }: GraphNode): void => {
    for (const id of inputs) {
      if (stored.has(id) || id === kept) read.add(id);
      else if (!inside.has(id)) {
        inside.add(id);
        visit(graph.nodes[id]);
      }
    }
  };
  visit(node);
  return { inside, reads: read.size };
}

/** The value to keep: of those without which the node reads less, one of the fewest elements, then one that spares most. */
function best(graph: Graph, stored: ReadonlySet<number>, node: GraphNode, inside: ReadonlySet<number>): number {
  const before = within(graph, stored, node).reads;
  const all = [...inside].map((id) => ({
    id,
    elements: elementsOf(graph.nodes[id]),
    spared: before - within(graph, stored, node, id).reads,
    number: graph.nodes[id].type.element !== 'bool' && kindOf(graph.nodes[id]) !== 'movement',
  }));
  const sparing = all.filter(({ spared, number }) => spared > 0 && number);
  const choice = sparing.length > 0 ? sparing : all.filter(({ id }) => node.inputs.includes(id));
  return choice.reduce((a, b) => ((b.elements - a.elements || a.spared - b.spared) < 0 ? b : a)).id;
}

/** How many elements a value has, for some batch. */
export function elementsOf({ type }: GraphNode): number {
  const all = dim.product(type.shape);
  return dim.evaluate(all, Object.fromEntries(dim.symbols(all).map((symbol) => [symbol, SOME])));
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
