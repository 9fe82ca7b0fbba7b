/**
 * Decides what runs in one dispatch. Rules, all over operators' kinds:
 * - movement and conditions are always computed where they are read (a view costs nothing), and so is work on whole
 *   numbers and coordinates; reading by number at what follows from indices alone is a view, else it is as elementwise work;
 * - a reduction or contraction is computed once, in a group of its own;
 * - random numbers are drawn where they are read if that is once, else once for all readers: a draw costs more than a load;
 * - elementwise work moves into its one consumer, or, where its value is a reduction's, into that reduction's epilogue;
 * - a contraction reads its operands many times, so what it reads is in memory (or a view of it);
 * - a couple of instructions on less memory than their result are executed wherever that is read (`narrow.ts`), and so is
 *   one on as much memory, where that is read anyway;
 * - a sampled image is not sampled again at many places: it goes to memory;
 * - what only small windows read that lie side by side is computed in the windows' kernel (`windows.ts`);
 * - groups of elementwise work over equal shapes, and small reductions over equal shapes, are merged side by side;
 * - no kernel reads and writes more tensors than WebGPU binds.
 * It does not fuse any other reduction into another reduction's loop, and recomputes nothing but elementwise views.
 */
import type { Graph, GraphNode } from '../3-graph/graph.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { type Group, inputsOf, isHeavy, isStoredLeaf, kindOf, type Partition, usersOf } from './group.ts';
import { CheapValues, Sampling } from './index-values.ts';
import { countBuffers, limitReads, MAX_BUFFERS } from './limit.ts';
import { mergeGroups } from './merge.ts';
import { NarrowValues } from './narrow.ts';
import { fuseWindows } from './windows.ts';

export function fuse(graph: Graph): Partition {
  const stored = chooseStored(graph);
  limitReads(graph, stored);
  const heavyOf = fuseEpilogues(graph, stored);
  const groups: Group[] = graph.nodes
    .filter((node) => stored.has(node.id) && !isStoredLeaf(node))
    .map((node) => ({ roots: [node.id], heavy: heavyOf.get(node.id) }));
  return { graph, stored, groups: fuseWindows(graph, stored, mergeGroups(graph, stored, groups)) };
}

/** Nodes whose values go to memory, before epilogues are fused. */
function chooseStored(graph: Graph): Set<number> {
  const users = usersOf(graph);
  const outputs = new Set(graph.outputs.map((output) => output.node));
  const stored = new Set<number>();
  const cheap = new CheapValues(graph);
  const narrow = new NarrowValues(graph);
  const sampling = new Sampling(graph);
  const ownKernel = (user: GraphNode): boolean => stored.has(user.id) || isHeavy(user);
  // How many places read each node's elements when it is computed where it is read: views pass their readers on.
  const readers = new Map<number, Set<number>>();
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    const node = graph.nodes[id];
    const kind = kindOf(node);
    const places = new Set<number>();
    for (const user of users[id]) {
      if (ownKernel(graph.nodes[user])) places.add(user);
      else for (const place of readers.get(user) ?? []) places.add(place);
    }
    readers.set(id, places);
    sampling.read(
      node,
      users[id].map((user) => graph.nodes[user]),
      ownKernel,
    );
    if (isStoredLeaf(node)) stored.add(id);
    else if (outputs.has(id) || isHeavy(node)) stored.add(id);
    else if (cheap.isView(node) || narrow.has(node)) continue;
    else if ((kind === 'elementwise' && node.type.element !== 'bool' && !cheap.has(node)) || kind === 'gather') {
      const rereads = [...places].some((place) => kindOf(graph.nodes[place]) === 'contraction');
      const heavyReader = [...places].some((place) => isHeavy(graph.nodes[place]));
      const epilogue = kind === 'elementwise' && heavyReader && endsEpilogue(graph, users, node);
      const thin = narrow.isThin(node) && isReadBeside(graph, users, node);
      if ((places.size > 1 && !thin) || rereads || epilogue || sampling.tooOften(node)) stored.add(id);
    } else if (kind === 'draw') {
      const rereads = [...places].some((place) => kindOf(graph.nodes[place]) === 'contraction');
      if (places.size > 1 || rereads || isRepeated(graph, users, stored, node)) stored.add(id);
    }
  }
  return stored;
}

/** True where a view that is computed where it is read makes more elements of a node's: each is read many times. */
function isRepeated(
  graph: Graph,
  users: readonly (readonly number[])[],
  stored: ReadonlySet<number>,
  node: GraphNode,
): boolean {
  const elements = (id: number): Dim => dim.product(graph.nodes[id].type.shape);
  const visit = (id: number): boolean =>
    users[id].some((user) => {
      if (isHeavy(graph.nodes[user])) return false;
      const times = dim.divideExact(elements(user), elements(node.id));
      const repeated = times !== undefined && dim.constant(times) !== 1 && !dim.equal(elements(user), elements(id));
      return repeated || (!stored.has(user) && visit(user));
    });
  return visit(node.id);
}

/** True where reductions that the node reads have other readers too: they lie in memory whatever becomes of the node. */
function isReadBeside(graph: Graph, users: readonly (readonly number[])[], node: GraphNode): boolean {
  const isNode = (id: number): boolean =>
    id === node.id || (graph.nodes[id].inputs.length === 1 && kindOf(graph.nodes[id]) === 'movement');
  return node.inputs.every((id) => !isHeavy(graph.nodes[id]) || users[id].some((user) => !isNode(user)));
}

/** True when an elementwise chain, read by nothing else, leads from a reduction to this node. */
function endsEpilogue(graph: Graph, users: readonly (readonly number[])[], node: GraphNode): boolean {
  return node.inputs.some((id) => {
    const input = graph.nodes[id];
    if (users[id].length !== 1 || !dim.equal(dim.product(input.type.shape), dim.product(node.type.shape))) return false;
    return isHeavy(input) || (kindOf(input) === 'elementwise' && endsEpilogue(graph, users, input));
  });
}

/**
 * A reduction whose only reader is one elementwise group at the same element moves into that group: bias, activation
 * and scaling become its epilogue. Removes such reductions from `stored`; returns the reduction of each root.
 */
function fuseEpilogues(graph: Graph, stored: Set<number>): Map<number, number> {
  const users = usersOf(graph);
  const outputs = new Set(graph.outputs.map((output) => output.node));
  const heavyOf = new Map<number, number>();
  for (const node of graph.nodes) {
    if (!isHeavy(node)) continue;
    const root = epilogueRoot(graph, users, stored, outputs, node);
    if (root === undefined || heavyOf.has(root) || !fits(graph, stored, node.id, root)) {
      heavyOf.set(node.id, node.id);
      continue;
    }
    stored.delete(node.id);
    heavyOf.set(root, node.id);
  }
  return heavyOf;
}

/** True where a reduction and its epilogue together bind no more buffers than a kernel may. */
function fits(graph: Graph, stored: ReadonlySet<number>, heavy: number, root: number): boolean {
  const reads = new Set([...inputsOf(graph, stored, [root]), ...inputsOf(graph, stored, [heavy])]);
  reads.delete(heavy);
  return countBuffers(graph, stored, reads, [root]) <= MAX_BUFFERS;
}

/** Follows a reduction's only readers, element by element, to the stored elementwise node that ends the chain. */
function epilogueRoot(
  graph: Graph,
  users: readonly (readonly number[])[],
  stored: ReadonlySet<number>,
  outputs: ReadonlySet<number>,
  from: GraphNode,
): number | undefined {
  let current = from;
  while (!outputs.has(current.id) && users[current.id].length === 1) {
    const next = graph.nodes[users[current.id][0]];
    const kind = kindOf(next);
    const sameElements = dim.equal(dim.product(next.type.shape), dim.product(from.type.shape));
    if (!sameElements || (kind !== 'elementwise' && !(kind === 'movement' && next.inputs.length === 1)))
      return undefined;
    if (stored.has(next.id)) return next.id;
    current = next;
  }
  return undefined;
}
