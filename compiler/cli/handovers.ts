/**
 * Why a value goes through memory from one dispatch to another, and which values several dispatches compute: read off the
 * finished program, so it holds whichever rule of the compiler or limit of a device brought it about.
 */
import type { GraphNode } from '../3-graph/graph.ts';
import { isStoredLeaf, kindOf, membersOf } from '../4-fuse/group.ts';
import { MAX_BUFFERS } from '../4-fuse/limit.ts';
import { reductionsIn, tensorOf } from '../5-loop/address.ts';
import { type Cost, costOf } from '../5-loop/cost.ts';
import type { Part } from '../5-loop/dispatch.ts';
import { bufferKey, type Kernel, type Tensor, tensorsOf } from '../5-loop/kernel.ts';
import { valueAt } from '../5-loop/typical.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import type { PlannedDispatch } from './dispatches.ts';
import { bytes, flops, list } from './table.ts';

/** A value that a part leaves in memory for other dispatches. */
export interface Kept {
  /** In the source's terms, with its type: `conv1: relu f32[N, 32, 26, 26]`. */
  readonly value: string;
  /** The numbers of the dispatches that read it. */
  readonly readers: readonly number[];
  /** How often one of them reads each element, at most. */
  readonly times: number;
  /** What computing it wherever it is read would take beyond computing it once. */
  readonly flopsSaved: number;
  readonly reason: string;
}

/** A value that a part computes although other dispatches do too. */
export interface Recomputed {
  readonly value: string;
  readonly alsoIn: readonly number[];
  /** What writing it once and reading it in each of them would move. */
  readonly bytesSaved: number;
  readonly reason: string;
}

/** One nest and where it runs. */
interface Placed {
  readonly dispatch: PlannedDispatch;
  readonly nest: Kernel;
  readonly cost: Cost;
  /** The graph's nodes that it computes. */
  readonly nodes: readonly GraphNode[];
}

/** Answers for the parts of one program. */
export class Handovers {
  private readonly placed: readonly Placed[];
  private readonly batch: number;

  constructor(dispatches: readonly PlannedDispatch[], batch: number) {
    this.batch = batch;
    this.placed = dispatches.flatMap((dispatch) =>
      dispatch.parts
        .flatMap(({ nests }) => nests)
        .map((nest) => ({
          dispatch,
          nest,
          cost: costOf([nest], dispatch.program.tensors, batch),
          nodes: nodesOf(dispatch, nest),
        })),
    );
  }

  kept({ nests }: Part): Kept[] {
    return this.of(nests).flatMap((producer) =>
      producer.nest.stores.flatMap(({ tensor }) => this.keptAs(producer, tensor) ?? []),
    );
  }

  recomputed({ nests }: Part): Recomputed[] {
    const own = this.of(nests);
    const seen = new Set<GraphNode>();
    return own.flatMap(({ dispatch, nodes }) =>
      nodes.flatMap((node): Recomputed[] => {
        const others = this.placed.filter((other) => other.dispatch !== dispatch && other.nodes.includes(node));
        if (others.length === 0 || !isWork(node) || seen.has(node)) return [];
        seen.add(node);
        const alsoIn = numbersOf(others);
        const size = 4 * valueAt(dim.product(node.type.shape), this.batch);
        const bytesSaved = size * (2 + alsoIn.length);
        const reason = `keeping it would move ${bytes(bytesSaved)}`;
        return [{ value: nameOf(node), alsoIn, bytesSaved, reason }];
      }),
    );
  }

  private of(nests: readonly Kernel[]): Placed[] {
    return this.placed.filter(({ nest }) => nests.includes(nest));
  }

  private keptAs(producer: Placed, id: number): Kept | undefined {
    const { dispatch, cost } = producer;
    const { program, partition } = dispatch;
    const tensor = tensorOf(program.tensors, id);
    const readers = this.placed.filter(
      (other) => other.dispatch.program === program && other.dispatch !== dispatch && other.cost.loads.has(id),
    );
    const planned = tensor.place.kind === 'scratch' || tensor.place.kind === 'stack';
    if (readers.length === 0 || !planned) return undefined;
    const elements = cost.writes.get(id) ?? 1;
    const loads = readers.map((reader) => reader.cost.loads.get(id) ?? 0);
    const total = loads.reduce((sum, n) => sum + n, 0);
    const flopsSaved = Math.max(0, Math.round(cost.flops * (total / elements - 1)));
    const node: GraphNode | undefined = partition.graph.nodes[id];
    const times = Math.round(Math.max(...loads) / elements);
    return {
      value: node ? nameOf(node) : tensor.name,
      readers: numbersOf(readers),
      times,
      flopsSaved,
      reason: reasonFor(producer, readers, tensor, times, flopsSaved),
    };
  }
}

/** Why the readers do not compute the value themselves. */
function reasonFor(
  { dispatch, nest, nodes }: Placed,
  readers: readonly Placed[],
  tensor: Tensor,
  times: number,
  flopsSaved: number,
): string {
  const who = `${list(numbersOf(readers))} ${numbersOf(readers).length === 1 ? 'reads' : 'read'}`;
  if (nodes.length === 0) return `${who} it along its memory, each element ${often(times)}`;
  if (flopsSaved > 0)
    return `${who} it, each element ${often(times)}; computed there it would take ${flops(flopsSaved)} more`;
  const { tensors } = dispatch.program;
  const buffers = [nest, ...readers.map((reader) => reader.nest)].flatMap((each) =>
    Object.values(tensorsOf(each)).flat(),
  );
  const bound = new Set(buffers.filter((id) => id !== tensor.id).map((id) => bufferKey(tensorOf(tensors, id))));
  if (bound.size > MAX_BUFFERS) return `${who} it; together they bind ${bound.size} buffers, of ${MAX_BUFFERS} allowed`;
  const reduces = [nest, ...readers.map((reader) => reader.nest)].every((each) => reductionsIn(each).length > 0);
  return reduces ? `${who} it in loops of its own` : `${who} it for elements of its own`;
}

const often = (times: number): string => (times <= 1 ? 'once' : `up to ${times} times`);

const numbersOf = (placed: readonly Placed[]): number[] => [...new Set(placed.map(({ dispatch }) => dispatch.number))];

/** The nodes that a nest computes, in the graph's order; none where it only copies. */
export function nodesOf({ partition }: PlannedDispatch, nest: Kernel): GraphNode[] {
  const written = new Set(nest.stores.map(({ tensor }) => tensor));
  const groups = partition.groups.filter(({ roots }) => roots.some((root) => written.has(root)));
  return [...new Set(groups.flatMap((group) => membersOf(partition, group)))];
}

/** Leaves and views are no work; neither is arithmetic on whole numbers and conditions, which is indices' mostly. */
function isWork(node: GraphNode): boolean {
  return !isStoredLeaf(node) && !['leaf', 'movement'].includes(kindOf(node)) && /^f/.test(node.type.element);
}

/** `conv1: relu f32[N, 32, 26, 26]`. */
function nameOf({ op, origin, type }: GraphNode): string {
  return `${origin.path || origin.what}${origin.backward ? ' backward' : ''}: ${op} ${showType(type)}`;
}
