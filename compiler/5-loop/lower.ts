/**
 * Kernel groups to Loop IR: each root's element as one scalar expression, its producers' expressions pulled in (as
 * Halide inlines). Views become index arithmetic here and are simplified away.
 */

import type { Graph, GraphNode } from '../3-graph/graph.ts';
import { type Group, isStoredLeaf, kindOf, labelOf, type Partition } from '../4-fuse/group.ts';
import type { Dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { createLowering, scalarTypeOf } from '../ops/lowering.ts';
import type { Lowering, Reader } from '../ops/primitive.ts';
import { lookup } from '../ops/registry.ts';
import type { ElementType } from '../ops/types.ts';
import { collapseSums } from './collapse-sums.ts';
import type { Kernel, LoopProgram, Place, Store, Tensor } from './kernel.ts';
import { intermediateLayout, rowMajor } from './layout.ts';
import { hasVectors, seekTerms, stepsOf } from './seek-terms.ts';
import { simplify } from './simplify.ts';
import { splitAxes } from './split-axes.ts';
import { copyKernel, deferUpdates } from './updates.ts';
import { axisExpr, keyOf } from './walk.ts';

/** Where a graph's leaves and outputs live. */
export interface Storage {
  /** The tensor of an `input`, `parameter` or `state` leaf. */
  readonly leaf: (node: GraphNode) => Omit<Tensor, 'id'>;
  /** The tensor of an output. */
  readonly output: (output: Graph['outputs'][number], node: GraphNode) => Omit<Tensor, 'id'>;
}

const SCRATCH: Place = { kind: 'scratch' };

/** One kernel for every group, and one that copies for every output that has no group of its own or comes too early. */
export function lowerPartition(partition: Partition, storage: Storage): LoopProgram {
  const { graph } = partition;
  const tensors = new Map<number, Tensor>();
  const copies: Kernel[] = [];
  for (const node of graph.nodes) if (isStoredLeaf(node)) tensors.set(node.id, { ...storage.leaf(node), id: node.id });
  let nextId = graph.nodes.length;
  for (const output of graph.outputs) {
    const node = graph.nodes[output.node];
    const tensor = storage.output(output, node);
    const id = tensors.has(node.id) ? nextId++ : node.id;
    tensors.set(id, { ...tensor, id });
    if (id !== node.id) copies.push(copyKernel(node.id, { ...tensor, id }));
  }
  for (const id of partition.stored) {
    const node = graph.nodes[id];
    if (!tensors.has(id)) tensors.set(id, scratchTensor(id, `t${id}`, node.type.element, node.type.shape));
  }
  const kernels = [...partition.groups.map((group) => lowerGroup(partition, group, tensors)), ...copies];
  return deferUpdates({ name: graph.name, kernels, tensors });
}

export function scratchTensor(id: number, name: string, element: ElementType, shape: readonly Dim[]): Tensor {
  return { id, name, element, shape, layout: intermediateLayout(shape), place: SCRATCH };
}

/** A tensor that users pass in or get out. */
export function hostTensor(name: string, place: Place, node: GraphNode): Omit<Tensor, 'id'> {
  return { name, place, element: node.type.element, shape: node.type.shape, layout: rowMajor(node.type.shape) };
}

/**
 * Steps in vectors that looking for one term takes: the weight's gradient behind a max pool of 2x2 has operands that
 * neighbouring results share where it goes through all of them. A CPU may still look (`side-by-side.ts`).
 */
const SEEKING = 4;

const AXIS_NAMES: Readonly<Record<number, readonly string[]>> = {
  1: ['i'],
  2: ['n', 'c'],
  3: ['n', 't', 'c'],
  4: ['n', 'c', 'h', 'w'],
};

function lowerGroup(partition: Partition, group: Group, tensors: ReadonlyMap<number, Tensor>): Kernel {
  const { graph } = partition;
  const shape = graph.nodes[group.roots[0]].type.shape;
  const names = AXIS_NAMES[shape.length] ?? shape.map((_, i) => `i${i}`);
  const axes = shape.map((extent, i): Axis => ({ id: names[i], extent }));
  const inliner = new Inliner(partition, group);
  const indices = axes.map(axisExpr);
  const values = group.roots.map((root) => simplify(inliner.compute(root, indices)));
  const collapsed = values.map((value) => collapseSums(value, false));
  // The stores' own indices take part in the splitting, so that they stay in step with the values.
  const first = splitAxes(axes, [...collapsed, ...indices]);
  // A flattened axis may be looked for piece by piece, and then says how to take its counterpart apart.
  const again = first.exprs.map((expr) => collapseSums(expr, false));
  const split = again.every((expr, i) => expr === first.exprs[i]) ? first : splitAxes(first.axes, again);
  const stores = group.roots.map((root, i): Store => {
    return { tensor: root, value: split.exprs[i], indices: split.exprs.slice(values.length) };
  });
  const dense: Kernel = { label: labelOf(partition, group), axes: split.axes, stores };
  const sparse = seekTerms(dense);
  if (sparse === dense) return dense;
  const seeking = hasVectors(dense, tensors) ? SEEKING : 1;
  return seeking * stepsOf(sparse, tensors) < stepsOf(dense, tensors) ? sparse : dense;
}

/** Expressions of nodes' elements inside one group; equal reads give the same object. */
class Inliner {
  private readonly known = new Map<string, Expr>();
  private readonly lowering: Lowering;
  private readonly partition: Partition;
  private readonly group: Group;

  constructor(partition: Partition, group: Group) {
    this.partition = partition;
    this.group = group;
    this.lowering = createLowering();
  }

  /** The element of a node at an index: a load where the node is in memory, else its operator's expression. */
  read(id: number, index: readonly Expr[]): Expr {
    const node = this.partition.graph.nodes[id];
    if (!this.partition.stored.has(id) || (this.group.roots.includes(id) && !isStoredLeaf(node)))
      return this.compute(id, index);
    return { kind: 'load', type: scalarTypeOf(node.type.element), tensor: id, indices: index.map(simplify) };
  }

  compute(id: number, index: readonly Expr[]): Expr {
    const simple = index.map(simplify);
    const key = `${id}:${simple.map(keyOf).join(',')}`;
    const known = this.known.get(key);
    if (known) return known;
    const node = this.partition.graph.nodes[id];
    const operator = lookup(node.op);
    if (!operator || isStoredLeaf(node)) throw new Error(`${node.op} (${kindOf(node)}) cannot be computed in place`);
    const inputs = node.inputs.map(
      (input): Reader => ({
        type: this.partition.graph.nodes[input].type,
        at: (...at) => this.read(input, at),
      }),
    );
    const value = operator.lower(this.lowering, inputs, node, simple);
    this.known.set(key, value);
    return value;
  }
}
