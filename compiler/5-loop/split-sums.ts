/**
 * Long sums with few results, for GPUs: a weight's gradient is a sum over all places of all samples, and too few invocations
 * would compute it to keep a GPU busy. Slices of the sum, one for each value of some of its axes, are computed side by side and
 * added up by a nest of its own, which runs beside whatever comes next. Axes of a fixed length only: their number does not
 * depend on the batch. The order of the additions is fixed. The CPU computes the sum as it is.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { inMemoryOrder, tensorOf } from './address.ts';
import { type Part, partOf, tensorsOfParts } from './dispatch.ts';
import type { Counts } from './distinct.ts';
import { bestTile } from './gpu-tiles.ts';
import { dependsOnEarlier } from './hazards.ts';
import { freshId, type Kernel, type Store, type Tensor } from './kernel.ts';
import { LANES, vectorisable } from './lanes.ts';
import { rowMajor } from './layout.ts';
import type { Stacked } from './stack.ts';
import { typicalValue } from './typical.ts';
import { axisExpr } from './walk.ts';

/** The most slices of one sum. */
const MOST_SLICES = 256;
/** What it costs, in products, that a nest more has to run, and that a slice's result goes through memory. */
const [NEST, THROUGH] = [2e6, 4];

type Reduce = Extract<Expr, { kind: 'reduce' }>;

/** A store of a sum, and nothing but the sum. */
interface SumStore extends Store {
  readonly value: Reduce;
}

/** A sum as two nests: the first stores what each slice gives, the second adds that up. */
interface Split {
  readonly slices: Kernel;
  readonly total: Kernel;
  readonly partials: readonly Tensor[];
}

/**
 * Splits the sums of parts where that makes them faster; each becomes two parts, the second for WebGPU alone. That comes as
 * late as it may: what a dispatch has room for goes to what others wait for first.
 */
export function splitSums(parts: readonly Part[], before: ReadonlyMap<number, Tensor>): Stacked {
  const tensors = new Map(before);
  const all: Part[] = [];
  let totals: Part[] = [];
  for (const part of parts) {
    const own = tensorsOfParts([part]);
    const due = totals.filter((total) => dependsOnEarlier(tensorsOfParts([total]), own, tensors));
    totals = totals.filter((total) => !due.includes(total));
    const split = part.only === undefined && part.nests.length === 1 ? bestSplit(part.nests[0], tensors) : undefined;
    if (!split) {
      all.push(...due, part);
      continue;
    }
    for (const tensor of split.partials) tensors.set(tensor.id, tensor);
    all.push(...due, { ...part, gpu: { nests: [split.slices], shared: [], repeat: undefined } });
    totals.push({ ...partOf(split.total), only: 'wgsl' });
  }
  return { parts: [...all, ...totals], tensors };
}

function bestSplit(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): Split | undefined {
  const sums = sumsOf(kernel);
  if (!sums) return undefined;
  const [{ value }] = sums;
  const counts: Counts = new Map();
  let least = bestTile(kernel, tensors, { counts }).cost;
  let best: Split | undefined;
  for (const sliced of subsets(value.axes.filter(isFixed))) {
    const count = sizeOf(sliced);
    if (count < 2 || count > MOST_SLICES) continue;
    for (const lane of [undefined, ...inMemoryOrder(kernel, tensors).slice(0, -1)]) {
      const between = NEST + THROUGH * count * sizeOf(kernel.axes);
      if (between >= least) continue;
      if (lane && !(typicalValue(lane.extent) % LANES === 0 && vectorisable(kernel, lane, tensors, 'wgsl'))) continue;
      const split = splitOver(kernel, sums, sliced, lane, tensors);
      const all = new Map([...tensors, ...split.partials.map((tensor) => [tensor.id, tensor] as const)]);
      const slices = between + bestTile(split.slices, all, { below: least - between, counts }).cost;
      if (slices >= least) continue;
      const cost = slices + bestTile(split.total, all, { below: least - slices }).cost;
      if (cost >= least) continue;
      least = cost;
      best = split;
    }
  }
  return best;
}

const isFixed = ({ extent }: Axis): boolean => dim.constant(extent) !== undefined;

const sizeOf = (axes: readonly Axis[]): number =>
  axes.reduce((product, { extent }) => product * typicalValue(extent), 1);

function subsets([first, ...others]: readonly Axis[]): Axis[][] {
  if (!first) return [[]];
  const without = subsets(others);
  return [...without, ...without.map((set) => [first, ...set])];
}

/** The stores of a kernel that stores sums over the same axes, and whose results do not grow with the batch. */
function sumsOf({ axes, stores }: Kernel): SumStore[] | undefined {
  if (!axes.every(isFixed)) return undefined;
  const sums = stores.flatMap((store): SumStore[] => {
    const { value } = store;
    return value.kind === 'reduce' && value.combine === 'sum' && value.type === 'f32' ? [{ ...store, value }] : [];
  });
  const ids = ({ value }: SumStore): string => value.axes.map(({ id }) => id).join();
  return sums.length === stores.length && sums.every((sum) => ids(sum) === ids(sums[0])) ? sums : undefined;
}

/** `lane`: the axis along which the slices' results lie side by side in memory; undefined: as the sums do. */
function splitOver(
  kernel: Kernel,
  sums: readonly SumStore[],
  sliced: readonly Axis[],
  lane: Axis | undefined,
  tensors: ReadonlyMap<number, Tensor>,
): Split {
  const ordered = inMemoryOrder(kernel, tensors);
  const axes = lane ? [...ordered.filter((axis) => axis !== lane), lane] : ordered;
  const indices = [...sliced, ...axes].map(axisExpr);
  const shape: Dim[] = [...sliced, ...axes].map(({ extent }) => extent);
  const id = freshId(tensors);
  const sumOfSlices = (tensor: number): Expr => ({
    kind: 'reduce',
    type: 'f32',
    combine: 'sum',
    axes: sliced,
    body: { kind: 'load', type: 'f32', tensor, indices },
  });
  return {
    slices: {
      label: kernel.label,
      axes: [...sliced, ...axes],
      stores: sums.map(({ value }, i) => ({ tensor: id + i, indices, value: withoutAxes(value, sliced) })),
    },
    total: {
      label: `${kernel.label}: slices`,
      axes: ordered,
      stores: sums.map((sum, i) => ({ ...sum, value: sumOfSlices(id + i) })),
    },
    partials: sums.map(
      ({ tensor }, i): Tensor => ({
        id: id + i,
        name: `${tensorOf(tensors, tensor).name}_slices`,
        element: 'f32',
        shape,
        layout: rowMajor(shape),
        place: { kind: 'scratch' },
      }),
    ),
  };
}

function withoutAxes(sum: Reduce, axes: readonly Axis[]): Expr {
  const left = sum.axes.filter((axis) => !axes.includes(axis));
  return left.length === 0 ? sum.body : { ...sum, axes: left };
}
