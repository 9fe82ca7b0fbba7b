/** Kernel groups: a partition of a graph into what runs in one dispatch. Types and printer only; `fuse.ts` decides. */
import type { Graph, GraphNode } from '../3-graph/graph.ts';
import type { OpKind } from '../ops/primitive.ts';
import { lookup } from '../ops/registry.ts';

/** One dispatch: the nodes that it writes to memory. All other nodes it needs are computed inside, or in memory already. */
export interface Group {
  readonly roots: readonly number[];
  /** The reduction or contraction that the group computes, if any. */
  readonly heavy: number | undefined;
}

/** A graph with its partition; every node in memory is a stored leaf or the root of exactly one group. */
export interface Partition {
  readonly graph: Graph;
  /** In execution order. */
  readonly groups: readonly Group[];
  /** Nodes that are in memory when they are read: stored leaves and roots. */
  readonly stored: ReadonlySet<number>;
}

/** Leaves that are buffers (a program's input, the parameters, the optimizer's state), not numbers. */
export function isStoredLeaf(node: GraphNode): boolean {
  return node.op === 'input' || node.op === 'parameter' || node.op === 'state';
}

/** Leaves that are known where they are read: from an element's index, a size, or from nothing. */
export function isKnownLeaf(node: GraphNode): boolean {
  return node.op === 'iota' || node.op === 'size' || node.op === 'constant';
}

export function kindOf(node: GraphNode): OpKind {
  const found = lookup(node.op);
  if (!found) throw new Error(`the operator ${node.op} is not in the registry`);
  return found.kindWith?.(node.attributes) ?? found.kind;
}

/** Which nodes each node is read by. */
export function usersOf(graph: Graph): readonly (readonly number[])[] {
  const users: number[][] = graph.nodes.map(() => []);
  for (const node of graph.nodes) for (const input of new Set(node.inputs)) users[input].push(node.id);
  return users;
}

export const isHeavy = (node: GraphNode): boolean => ['reduction', 'contraction'].includes(kindOf(node));

/** The nodes that a group computes: from its roots back to what is in memory. In graph order. */
export function membersOf(partition: Partition, group: Group): GraphNode[] {
  const { graph, stored } = partition;
  const members = new Set<number>();
  const visit = (id: number): void => {
    if (members.has(id) || (stored.has(id) && !group.roots.includes(id))) return;
    members.add(id);
    graph.nodes[id].inputs.forEach(visit);
  };
  group.roots.forEach(visit);
  return [...members].sort((a, b) => a - b).map((id) => graph.nodes[id]);
}

/** The stored nodes that a group with these roots reads. */
export function inputsOf(graph: Graph, stored: ReadonlySet<number>, roots: readonly number[]): Set<number> {
  const inputs = new Set<number>();
  const seen = new Set<number>();
  const visit = (id: number): void => {
    if (seen.has(id)) return;
    seen.add(id);
    if (stored.has(id)) inputs.add(id);
    else graph.nodes[id].inputs.forEach(visit);
  };
  for (const root of roots) {
    if (isStoredLeaf(graph.nodes[root])) inputs.add(root);
    else graph.nodes[root].inputs.forEach(visit);
  }
  return inputs;
}

/** What a group does in the source's terms: `conv1: conv2d + add + relu`. */
export function labelOf(partition: Partition, group: Group): string {
  const members = membersOf(partition, group).filter((node) => {
    const kind = kindOf(node);
    return kind !== 'leaf' && kind !== 'movement';
  });
  const shown = members.length > 0 ? members : group.roots.map((id) => partition.graph.nodes[id]);
  const main = group.heavy === undefined ? shown[shown.length - 1] : partition.graph.nodes[group.heavy];
  const place = `${main.origin.path || main.origin.what}${main.origin.backward ? ' backward' : ''}`;
  const steps = [...new Set(shown.map((node) => node.op))];
  const listed = steps.length > 6 ? [...steps.slice(0, 5), `${steps.length - 5} more`] : steps;
  return `${place}: ${listed.join(' + ')}`;
}

/** One line a group. */
export function printPartition(partition: Partition): string {
  return partition.groups
    .map((group, i) => `group ${i}: ${group.roots.map((id) => `%${id}`).join(', ')}  ${labelOf(partition, group)}`)
    .join('\n');
}
