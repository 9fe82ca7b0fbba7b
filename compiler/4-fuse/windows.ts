/**
 * Pooling in the kernel of what it pools: where a contraction's elements (bias and activation included) are read by small
 * windows alone, and each element by one window at most, a window's elements are computed together and folded in registers.
 * The unpooled tensor is never written, and elements that no window reads are never computed. Nothing is computed twice:
 * overlapping windows, or another reader, leave the two kernels as they are.
 */
import type { Graph } from '../3-graph/graph.ts';
import { dim } from '../dim/dim.ts';
import { lookup } from '../ops/registry.ts';
import { spanOf } from '../ops/window.ts';
import { type Group, inputsOf, isHeavy, kindOf, membersOf, usersOf } from './group.ts';
import { countBuffers, MAX_BUFFERS } from './limit.ts';

/** Elements of a window that may be in registers at once. */
const MOST_ELEMENTS = 16;

/** Joins each such contraction to its only reader; takes what needs no memory then out of `stored`. */
export function fuseWindows(graph: Graph, stored: Set<number>, groups: readonly Group[]): Group[] {
  const users = usersOf(graph);
  const outputs = new Set(graph.outputs.map((output) => output.node));
  const joined = [...groups];
  for (const group of groups) {
    const [root, ...others] = group.roots;
    const contracts = group.heavy !== undefined && kindOf(graph.nodes[group.heavy]) === 'contraction';
    if (!contracts || others.length > 0 || outputs.has(root)) continue;
    const readers = joined.filter(({ roots }) => inputsOf(graph, stored, roots).has(root));
    const [reader] = readers;
    if (readers.length !== 1 || !foldsWindows(graph, stored, users, root, reader)) continue;
    const reads = inputsOf(graph, stored, [root, ...reader.roots]);
    reads.delete(root);
    if (countBuffers(graph, stored, reads, reader.roots) > MAX_BUFFERS) continue;
    stored.delete(root);
    joined[joined.indexOf(reader)] = { roots: reader.roots, heavy: group.heavy };
    joined.splice(joined.indexOf(group), 1);
  }
  return joined;
}

/** True where all that a group makes of a value is to fold windows of it, one for each of its own elements. */
function foldsWindows(
  graph: Graph,
  stored: ReadonlySet<number>,
  users: readonly (readonly number[])[],
  value: number,
  reader: Group,
): boolean {
  const count = dim.product(graph.nodes[reader.roots[0]].type.shape);
  const heavy = membersOf({ graph, stored, groups: [] }, reader).filter(isHeavy);
  return (
    heavy.every((node) => node.inputs.includes(value) && dim.equal(dim.product(node.type.shape), count)) &&
    users[value].every((user) => heavy.some(({ id }) => id === user) && foldsDisjoint(graph, user))
  );
}

/** True for a fold of few elements each, none of which another window reads. */
function foldsDisjoint(graph: Graph, id: number): boolean {
  const { op, attributes } = graph.nodes[id];
  const windows = lookup(op)?.windows?.(attributes);
  if (!windows?.every((window) => spanOf(window) <= window.stride)) return false;
  return windows.reduce((product, { kernel }) => product * kernel, 1) <= MOST_ELEMENTS;
}
