/**
 * Merges groups side by side: several outputs over the same elements in one dispatch (an optimizer's parameter and
 * moments, a pooled value and the position that won, the loss and the metrics). Order of execution is kept.
 */
import type { Graph } from '../3-graph/graph.ts';
import { dim } from '../dim/dim.ts';
import { type Group, inputsOf, kindOf } from './group.ts';
import { countBuffers, MAX_BUFFERS } from './limit.ts';

/** Takes values that only their own merged group reads out of `stored`: they need no memory. */
export function mergeGroups(graph: Graph, stored: Set<number>, groups: readonly Group[]): Group[] {
  const merged: Group[] = [];
  for (const group of groups) {
    const at = candidate(graph, stored, merged, group);
    if (at === undefined) merged.push(group);
    else merged[at] = { roots: [...merged[at].roots, ...group.roots], heavy: merged[at].heavy ?? group.heavy };
  }
  return merged.map((group) => {
    const roots = needed(graph, stored, group.roots);
    for (const root of group.roots) if (!roots.includes(root)) stored.delete(root);
    return { ...group, roots };
  });
}

/** The roots that are outputs or are read by another group. */
function needed(graph: Graph, stored: ReadonlySet<number>, roots: readonly number[]): readonly number[] {
  if (roots.length === 1) return roots;
  const outputs = new Set(graph.outputs.map((output) => output.node));
  const others = [...stored].filter((id) => !roots.includes(id));
  const readElsewhere = inputsOf(graph, stored, others);
  return roots.filter((root) => outputs.has(root) || readElsewhere.has(root));
}

/** The earlier group that this one can join: nothing between them feeds it, and the two have the same elements. */
function candidate(
  graph: Graph,
  stored: ReadonlySet<number>,
  earlier: readonly Group[],
  group: Group,
): number | undefined {
  const needs = inputsOf(graph, stored, group.roots);
  for (let i = earlier.length - 1; i >= 0; i--) {
    const feeds = earlier[i].roots.some((root) => needs.has(root));
    if (canJoin(graph, stored, earlier[i], group, feeds)) return i;
    if (feeds) return undefined;
  }
  return undefined;
}

function canJoin(graph: Graph, stored: ReadonlySet<number>, first: Group, second: Group, feeds: boolean): boolean {
  const all = [...first.roots, ...second.roots];
  if (!sameShape(graph, all)) return false;
  for (const group of [first, second]) {
    if (group.heavy !== undefined && kindOf(graph.nodes[group.heavy]) === 'contraction') return false;
  }
  // What the first group wrote can be read in the same kernel only at the same element, by elementwise work.
  if (feeds && !elementwisePath(graph, stored, first.roots, second.roots)) return false;
  const inputs = new Set([...inputsOf(graph, stored, first.roots), ...inputsOf(graph, stored, second.roots)]);
  const small = dim.constant(dim.product(graph.nodes[all[0]].type.shape)) === 1;
  if (!feeds && !small && !shareInput(graph, stored, first, second)) return false;
  for (const root of all) inputs.delete(root);
  return countBuffers(graph, stored, inputs, needed(graph, stored, all)) <= MAX_BUFFERS;
}

function sameShape(graph: Graph, ids: readonly number[]): boolean {
  const [shape, ...others] = ids.map((id) => graph.nodes[id].type.shape);
  return others.every((other) => other.length === shape.length && other.every((d, i) => dim.equal(d, shape[i])));
}

function shareInput(graph: Graph, stored: ReadonlySet<number>, first: Group, second: Group): boolean {
  const inputs = inputsOf(graph, stored, first.roots);
  return [...inputsOf(graph, stored, second.roots)].some((id) => inputs.has(id));
}

/** True when every way from the second roots back to the first is elementwise: no view, no reduction between. */
function elementwisePath(
  graph: Graph,
  stored: ReadonlySet<number>,
  first: readonly number[],
  second: readonly number[],
): boolean {
  const check = (id: number): boolean => {
    const node = graph.nodes[id];
    const elementwise = kindOf(node) === 'elementwise';
    return node.inputs.every((input) => {
      if (first.includes(input)) return elementwise;
      if (stored.has(input)) return true;
      return (elementwise || !reaches(graph, stored, input, first)) && check(input);
    });
  };
  return second.every(check);
}

function reaches(graph: Graph, stored: ReadonlySet<number>, from: number, targets: readonly number[]): boolean {
  if (targets.includes(from)) return true;
  if (stored.has(from)) return false;
  return graph.nodes[from].inputs.some((input) => reaches(graph, stored, input, targets));
}
