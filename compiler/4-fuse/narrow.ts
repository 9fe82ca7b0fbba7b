/**
 * Work that costs less where it is read than what it saves: a couple of instructions on values that take less memory than
 * their result. A contraction reads each element many times, but holds what it has read in registers for many products:
 * reading a byte and converting it, or reading the element of a pooled image that is the quarter of the image, costs it
 * about as much as reading a number. A kernel and a tensor of their own are saved.
 */
import type { Graph, GraphNode } from '../3-graph/graph.ts';
import type { Expr } from '../ops/expr.ts';
import { createLowering, memoryReader } from '../ops/lowering.ts';
import { lookup } from '../ops/registry.ts';
import { scalarTable } from '../ops/scalar.ts';
import type { ElementType } from '../ops/types.ts';
import { isHeavy, isStoredLeaf, kindOf } from './group.ts';
import { elementsOf } from './limit.ts';

/** Instructions that may be executed again at each read. */
const MOST_INSTRUCTIONS = 4;
/** What a thin value may take of memory, against its result. */
const LITTLE_MORE = 1.05;
/** A division keeps the divider busy for as long as four other instructions. */
const DIVISION = 4;

const BYTES: Readonly<Record<ElementType, number>> = { f32: 4, f16: 2, i32: 4, u8: 1, bool: 4 };

/** Values that every kernel had better compute where it reads them than load. */
export class NarrowValues {
  private readonly graph: Graph;
  private readonly known = new Map<number, Cost>();

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /**
   * True where a single instruction on what lies in memory anyway takes as much memory as its result does, but for a little
   * (a mean for each channel): loading the one costs what loading the other would.
   */
  isThin(node: GraphNode): boolean {
    if (kindOf(node) !== 'elementwise') return false;
    const { instructions, bytes } = this.costOf(node);
    return instructions <= 1 && bytes <= LITTLE_MORE * BYTES[node.type.element];
  }

  has(node: GraphNode): boolean {
    if (kindOf(node) !== 'elementwise' && kindOf(node) !== 'gather') return false;
    const { instructions, bytes } = this.costOf(node);
    return instructions <= MOST_INSTRUCTIONS && bytes < BYTES[node.type.element];
  }

  /** What computing one element takes: its own instructions and those of what is not in memory. */
  private costOf(node: GraphNode): Cost {
    const known = this.known.get(node.id);
    if (known) return known;
    const inputs = node.inputs.map((id): Cost => {
      const input = this.graph.nodes[id];
      const share = Math.min(1, elementsOf(input) / elementsOf(node));
      if (isStoredLeaf(input) || isHeavy(input) || kindOf(input) === 'draw')
        return { instructions: 0, bytes: share * BYTES[input.type.element] };
      const { instructions, bytes } = this.costOf(input);
      return { instructions, bytes: share * bytes };
    });
    const cost = inputs.reduce(
      (sum, { instructions, bytes }) => ({ instructions: sum.instructions + instructions, bytes: sum.bytes + bytes }),
      { instructions: this.instructionsOf(node), bytes: 0 },
    );
    this.known.set(node.id, cost);
    return cost;
  }

  /** How many instructions the operator itself takes for an element, index arithmetic aside: loops hold it in pointers. */
  private instructionsOf(node: GraphNode): number {
    const operator = lookup(node.op);
    if (!operator || node.inputs.length === 0) return 0;
    const index = node.type.shape.map(
      (extent, i): Expr => ({ kind: 'axis', type: 'i32', axis: { id: `i${i}`, extent } }),
    );
    const readers = node.inputs.map((id, i) => memoryReader(i, this.graph.nodes[id].type));
    return instructionsIn(operator.lower(createLowering(), readers, node, index));
  }
}

interface Cost {
  readonly instructions: number;
  /** Read from memory. */
  readonly bytes: number;
}

/** Infinite where memory says which element is read: its address is worked out anew each time. */
function instructionsIn(expr: Expr): number {
  if (expr.kind === 'load') return expr.indices.some(readsMemory) ? Number.POSITIVE_INFINITY : 0;
  if (expr.kind === 'guard') return instructionsIn(expr.value) + instructionsIn(expr.otherwise);
  if (expr.kind === 'reduce') return Number.POSITIVE_INFINITY;
  if (expr.kind !== 'apply') return 0;
  const inside = expr.args.reduce((sum, arg) => sum + instructionsIn(arg), 0);
  if (!expr.args.some(readsMemory)) return inside;
  const { call, f32x4 } = scalarTable[expr.fn].wasm;
  if (call !== undefined && f32x4 === undefined) return Number.POSITIVE_INFINITY;
  return inside + (expr.fn === 'div' ? DIVISION : 1);
}

function readsMemory(expr: Expr): boolean {
  if (expr.kind === 'load') return true;
  if (expr.kind === 'apply') return expr.args.some(readsMemory);
  return expr.kind === 'guard' && [expr.value, expr.otherwise].some(readsMemory);
}
