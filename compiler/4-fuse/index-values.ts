/**
 * What the fuser has to know about tensors that are read by number: what is mere arithmetic over loop variables, and how often a value is computed for one element where images are sampled from sampled images.
 */
import type { Graph, GraphNode } from '../3-graph/graph.ts';
import { type ScalarFunction, scalarTable } from '../ops/scalar.ts';
import { isKnownLeaf, kindOf } from './group.ts';

/** A value read at more places than this for one element is not computed at each: bilinear sampling reads four. */
const MOST_PLACES = 4;

/** Values that are cheaper computed again wherever they are read than kept. */
export class CheapValues {
  /** Computed from indices and sizes alone, by instructions. */
  private readonly counted = new Set<number>();
  /** Of these, the whole numbers and conditions. */
  private readonly arithmetic = new Set<number>();
  private readonly graph: Graph;

  constructor(graph: Graph) {
    this.graph = graph;
    for (const node of graph.nodes) {
      const kind = kindOf(node);
      const own = isKnownLeaf(node) || kind === 'movement' || (kind === 'elementwise' && isInstruction(node));
      if (own && node.inputs.every((input) => this.counted.has(input))) this.counted.add(node.id);
      if (!this.counted.has(node.id) || !isWhole(node)) continue;
      if (node.inputs.every((input) => this.arithmetic.has(input))) this.arithmetic.add(node.id);
    }
  }

  /** Elementwise work that is never worth keeping: on whole numbers and conditions, or on coordinates. */
  has(node: GraphNode): boolean {
    return this.counted.has(node.id) || [node, ...node.inputs.map((input) => this.graph.nodes[input])].every(isWhole);
  }

  /** Reads where a kernel's loops are, or at an index computed from that. */
  isView(node: GraphNode): boolean {
    const kind = kindOf(node);
    return kind === 'movement' || (kind === 'gather' && node.inputs.slice(1).every((id) => this.arithmetic.has(id)));
  }
}

const isWhole = ({ type }: GraphNode): boolean => type.element !== 'f32' && type.element !== 'f16';

/** False for what takes a routine, as exp does. */
const isInstruction = ({ op }: GraphNode): boolean => isScalarFunction(op) && scalarTable[op].wasm.call === undefined;

const isScalarFunction = (op: string): op is ScalarFunction => Object.hasOwn(scalarTable, op);

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
