/**
 * What the fuser has to know about tensors that are read by number: which indices are mere arithmetic over loop
 * variables, and how often a value is computed for one element where images are sampled from sampled images.
 */
import type { Graph, GraphNode } from '../3-graph/graph.ts';
import { isStoredLeaf, kindOf } from './group.ts';

/** A value read at more places than this for one element is not computed at each: bilinear sampling reads four. */
const MOST_PLACES = 4;

/** The nodes that are whole numbers computed from indices and sizes alone: nothing of them is worth keeping. */
export function indexArithmetic(graph: Graph): ReadonlySet<number> {
  const found = new Set<number>();
  for (const node of graph.nodes) {
    const known = ['leaf', 'elementwise', 'movement'].includes(kindOf(node)) && !isStoredLeaf(node);
    const pure = node.type.element === 'i32' || node.type.element === 'bool';
    if (known && pure && node.inputs.every((input) => found.has(input))) found.add(node.id);
  }
  return found;
}

/** A value that is read where a kernel's loops are, or at an index computed from that. */
export const isView = (node: GraphNode, arithmetic: ReadonlySet<number>): boolean =>
  kindOf(node) === 'movement' || (kindOf(node) === 'gather' && node.inputs.slice(1).every((id) => arithmetic.has(id)));

/** Counts, from the last node to the first, at how many places a value is read while one element of a kernel is made. */
export class Sampling {
  /** For each node: the ways from kernels to it, as the kernel and the gathers between. */
  private readonly ways = new Map<number, ReadonlySet<string>>();
  private readonly samples = new Set<number>();

  constructor(graph: Graph) {
    for (const node of graph.nodes) {
      const kind = kindOf(node);
      const light = kind === 'elementwise' || kind === 'movement';
      if (kind === 'gather' || (light && node.inputs.some((input) => this.samples.has(input))))
        this.samples.add(node.id);
    }
  }

  /** Call for every node after all of its users; `ownKernel` where a user's value is in memory. */
  read(node: GraphNode, users: readonly GraphNode[], ownKernel: (user: GraphNode) => boolean): void {
    const ways = new Set<string>();
    for (const user of users) {
      const own = ownKernel(user);
      const outer = own ? [String(user.id)] : (this.ways.get(user.id) ?? []);
      const moved = kindOf(user) === 'gather' && user.inputs[0] === node.id;
      for (const way of outer) {
        if (!moved || user.inputs.indexOf(node.id, 1) > 0) ways.add(way);
        if (moved) ways.add(`${way}/${user.id}`);
      }
    }
    this.ways.set(node.id, ways);
  }

  /** True for what is itself sampled from something, and would be at too many places. */
  tooOften({ id }: GraphNode): boolean {
    if (!this.samples.has(id)) return false;
    const counts = new Map<string, number>();
    for (const way of this.ways.get(id) ?? []) {
      const kernel = way.split('/')[0];
      counts.set(kernel, (counts.get(kernel) ?? 0) + 1);
    }
    return Math.max(0, ...counts.values()) > MOST_PLACES;
  }
}
