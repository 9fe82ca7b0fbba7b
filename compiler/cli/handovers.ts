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
import { repeatsOf } from '../5-loop/repeats.ts';
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

/** A value that a part computes although other dispatches do too, or computes many times. */
export interface Recomputed {
  readonly value: string;
  /** The other dispatches' numbers. */
  readonly alsoIn: readonly number[];
  /** How often the part computes each element, at most. */
  readonly times: number;
  readonly flopsAdded: number;
  /** What writing it once and reading it wherever it is needed would move. */
  readonly bytesSaved: number;
  readonly reason: string;
}

/** One nest and where it runs. */
interface Placed {
  readonly dispatch: PlannedDispatch;
  readonly nest: Kernel;
  /** Of a part's form for the CPU. */
  readonly cpu: boolean;
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
    const place = (dispatch: PlannedDispatch, part: Part, nest: Kernel): Placed => {
      const cost = costOf([nest], dispatch.program.tensors, batch);
      const cpu = part.cpu?.nests.includes(nest) === true;
      return { dispatch, nest, cpu, cost, nodes: cpu ? [] : nodesOf(dispatch, part, nest) };
    };
    this.placed = dispatches.flatMap((dispatch) =>
      dispatch.parts.flatMap((part) =>
        [...part.nests, ...(part.cpu?.nests ?? [])].map((nest) => place(dispatch, part, nest)),
      ),
    );
  }

  kept({ nests }: Part): Kept[] {
    return this.of(nests).flatMap((producer) => this.keptBy(producer));
  }

  recomputed({ nests }: Part): Recomputed[] {
    const placed = this.of(nests);
    return [...this.inSeveral(placed), ...placed.flatMap((each) => this.repeated(each))];
  }

  /** What other dispatches compute too. */
  private inSeveral(placed: readonly Placed[]): Recomputed[] {
    const nodes = new Map(placed.flatMap((own) => own.nodes.map((node) => [node, own.dispatch])));
    return [...nodes].flatMap(([node, dispatch]): Recomputed[] => {
      const others = this.placed.filter((other) => other.dispatch !== dispatch && other.nodes.includes(node));
      if (others.length === 0 || !isWork(node)) return [];
      const alsoIn = numbersOf(others);
      const flopsAdded = alsoIn.length * this.elements(node);
      const bytesSaved = 4 * this.elements(node) * (2 + alsoIn.length);
      const reason = `${list(alsoIn)} ${alsoIn.length === 1 ? 'computes' : 'compute'} it too; ${instead(bytesSaved)}`;
      return [{ value: nameOf(node), alsoIn, times: 1, flopsAdded, bytesSaved, reason }];
    });
  }

  /** What a nest computes anew for each of several summands. */
  private repeated({ nest, nodes }: Placed): Recomputed[] {
    return repeatsOf(nest, this.batch).map(({ fn, times: all, values, flops: flopsAdded }): Recomputed => {
      const same = nodes.filter((node) => (fn === 'philox' ? kindOf(node) === 'draw' : node.op === fn));
      const node = same.find((each) => this.elements(each) === values) ?? same[0];
      const times = Math.round(all / values);
      const bytesSaved = 4 * values * 2;
      const reason = `computed ${often(times)}, which takes ${flops(flopsAdded)} more; ${instead(bytesSaved)}`;
      return { value: node ? nameOf(node) : fn, alsoIn: [], times, flopsAdded, bytesSaved, reason };
    });
  }

  private elements({ type }: GraphNode): number {
    return valueAt(dim.product(type.shape), this.batch);
  }

  private of(nests: readonly Kernel[]): Placed[] {
    return this.placed.filter(({ nest }) => nests.includes(nest));
  }

  /** What a nest writes to memory that the plan finds, and other dispatches read. */
  private keptBy(producer: Placed): Kept[] {
    const { dispatch, nest, cost } = producer;
    const { program, partition } = dispatch;
    const planned = nest.stores
      .map(({ tensor }) => tensorOf(program.tensors, tensor))
      .filter(({ place }) => place.kind === 'scratch' || place.kind === 'stack');
    // What is no node of the graph (a reordered operand) may be read under other names.
    const values = planned.filter(
      ({ id }, i) => partition.graph.nodes[id] || planned.findIndex((each) => sameBuffer(each, planned[i])) === i,
    );
    return values.flatMap((tensor): Kept[] => {
      const node: GraphNode | undefined = partition.graph.nodes[tensor.id];
      const loads = this.readersOf(
        dispatch,
        node ? (id) => id === tensor.id : (id) => sameBuffer(program.tensors.get(id), tensor),
      );
      if (loads.length === 0) return [];
      const all = planned.filter((each) => each === tensor || (!node && sameBuffer(each, tensor)));
      const elements = all.reduce((sum, { id }) => sum + (cost.writes.get(id) ?? 0), 0);
      const total = loads.reduce((sum, { count }) => sum + count, 0);
      const times = Math.round(Math.max(...loads.map(({ count }) => count)) / elements);
      const flopsSaved = node ? Math.max(0, Math.round(cost.flops * (total / elements - 1))) : 0;
      const readers = loads.map(({ reader }) => reader);
      const reason = reasonFor(producer, readers, tensor, times, flopsSaved);
      return [{ value: node ? nameOf(node) : tensor.name, readers: numbersOf(readers), times, flopsSaved, reason }];
    });
  }

  /** The nests of other dispatches that load such tensors, and how many loads that is; the CPU's own where only it does. */
  private readersOf(
    { program, number }: PlannedDispatch,
    wanted: (tensor: number) => boolean,
  ): { reader: Placed; count: number }[] {
    const loads = this.placed
      .filter(({ dispatch }) => dispatch.program === program && dispatch.number !== number)
      .map((reader) => ({
        reader,
        count: [...reader.cost.loads].reduce((sum, [id, count]) => sum + (wanted(id) ? count : 0), 0),
      }))
      .filter(({ count }) => count > 0);
    const both = loads.filter(({ reader }) => !reader.cpu);
    return both.length > 0 ? both : loads;
  }
}

function sameBuffer(a: Tensor | undefined, b: Tensor): boolean {
  return a !== undefined && bufferKey(a) === bufferKey(b);
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

const instead = (moved: number): string => `keeping it would move ${bytes(moved)}`;

const often = (times: number): string => (times <= 1 ? 'once' : `up to ${times} times`);

const numbersOf = (placed: readonly Placed[]): number[] => [...new Set(placed.map(({ dispatch }) => dispatch.number))];

/** The nodes that a part's nest computes, in the graph's order; none where it copies, or finishes what another part computes. */
export function nodesOf({ partition }: PlannedDispatch, { only }: Part, nest: Kernel): GraphNode[] {
  if (only !== undefined) return [];
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
