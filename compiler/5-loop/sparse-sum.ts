/**
 * Sums of products of which a few terms count, on the CPU: `sum over places of (memory says so ? x[place, c] * y[place] : 0)`,
 * the gradient of a convolution's weight behind a max pool. Each result would ask memory about every place again. Instead,
 * goes through the places once for each block of results, asks, and adds a place's products to all results that it counts
 * for, in memory of the thread's own. What a ReLU left nothing of is not multiplied at all.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { all, apply } from '../ops/lowering.ts';
import { alwaysInside, loadsIn, tensorOf } from './address.ts';
import { type FormedPart, partOf } from './dispatch.ts';
import type { Kernel, Store, Tensor } from './kernel.ts';
import { LANES, vectorisable } from './lanes.ts';
import { rowMajor } from './layout.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import { splitAxis } from './split-axes.ts';
import { typicalValue } from './typical.ts';
import { axisExpr, containsLoad, dependsOn, substituteAxes } from './walk.ts';

/** Results of one block of several rows: they stay in the first-level cache beside what is read. A single row may be longer. */
const FEW_RESULTS = 1 << 12;
const MOST_RESULTS = 1 << 15;
/** Work items that there should be at least. */
const LEAST_ITEMS = 16;

const ZERO: Expr = { kind: 'const', type: 'f32', value: 0 };

/** The part that computes the nest this way; undefined where it is no such sum. `sought`: the nest that looks for its terms. */
export function sparseSum(
  kernel: Kernel,
  sought: Kernel,
  tensors: ReadonlyMap<number, Tensor>,
  nextId: number,
): FormedPart | undefined {
  const terms = termsOf(sought, tensors);
  const inner = terms && lanesLast(sought, terms, tensors);
  if (!terms || !inner || terms.outer.length === 0) return undefined;
  const row = inner.reduce((product, { extent }) => product * typicalValue(extent), 1);
  const { shared, rows, value: whole } = blockOf(terms.outer, Math.floor(FEW_RESULTS / row));
  const replacements = new Map([[terms.outer[terms.outer.length - 1].id, whole]]);
  const here = (expr: Expr): Expr => simplify(substituteAxes(expr, replacements));
  const results = [...rows, ...inner];
  const shape = results.map(({ extent }) => extent);
  const size = dim.constant(dim.product(shape));
  if (size === undefined || size > MOST_RESULTS) return undefined;
  const sums: Tensor = {
    id: nextId,
    name: 'sums',
    element: 'f32',
    shape,
    place: { kind: 'local' },
    layout: rowMajor(shape),
  };
  const indices = results.map(axisExpr);
  const nest = (step: string, axes: readonly Axis[], store: Store): Kernel => ({
    label: `${kernel.label} (${step})`,
    axes: [...shared, ...axes],
    stores: [store],
  });
  const [store] = sought.stores;
  const sum: Expr = { kind: 'load', type: 'f32', tensor: sums.id, indices };
  const places = [...terms.batch, ...rows, ...terms.places, ...inner];
  const nests: Kernel[] = [
    nest('cleared', results, { tensor: sums.id, indices, value: ZERO }),
    {
      ...nest('added', places, { tensor: sums.id, indices, value: here(terms.value) }),
      where: here(terms.where),
      adding: true,
    },
    nest('own', results, { tensor: store.tensor, indices: store.indices.map(here), value: sum }),
  ];
  return { parts: [{ ...partOf(kernel), cpu: { nests, shared, repeat: undefined } }], tensors: [sums] };
}

/** What is added for each place, and where. */
interface Terms {
  /** Summed over: samples, and the places of each. */
  readonly batch: readonly Axis[];
  readonly places: readonly Axis[];
  /** The axes of the nest that `where` depends on. */
  readonly outer: readonly Axis[];
  readonly where: Expr;
  readonly value: Expr;
}

function termsOf({ stores, axes }: Kernel, tensors: ReadonlyMap<number, Tensor>): Terms | undefined {
  const [store, ...others] = stores;
  if (others.length > 0 || store.value.kind !== 'reduce' || store.value.combine !== 'sum') return undefined;
  const { conditions, value } = pullGuards(store.value.body);
  const asked = conditions.flatMap(conjuncts);
  const product = value.kind === 'guard' ? value.value : value;
  if (!asked.some(containsLoad) || product.kind !== 'apply' || product.fn !== 'mul') return undefined;
  const outer = axes.filter((axis) => asked.some((condition) => dependsOn(condition, axis)));
  // A factor that is the same for all results of a place: where it is zero there is nothing to add.
  const common = product.args.filter(
    (factor) =>
      axes.every((axis) => outer.includes(axis) || !dependsOn(factor, axis)) &&
      loadsIn([factor]).every((load) => alwaysInside(load, tensorOf(tensors, load.tensor))),
  );
  const counts = common.map((factor) => apply('ne', factor, ZERO));
  const batch = store.value.axes.filter((axis) => dim.constant(axis.extent) === undefined);
  return {
    batch,
    places: store.value.axes.filter((axis) => !batch.includes(axis)),
    outer,
    where: all(...asked, ...counts),
    value,
  };
}

/** The axes of the results that a place is added to, vector lanes along the last; undefined where there are none. */
function lanesLast(kernel: Kernel, { outer }: Terms, tensors: ReadonlyMap<number, Tensor>): Axis[] | undefined {
  const inner = kernel.axes.filter((axis) => !outer.includes(axis));
  const lane = inner.find(
    (axis) => (dim.constant(axis.extent) ?? 1) % LANES === 0 && vectorisable(kernel, axis, tensors, 'wasm'),
  );
  return lane && [...inner.filter((axis) => axis !== lane), lane];
}

/** Splits the last of the outer axes: each of few work items computes several rows of results, at most so many, with what it reads. */
function blockOf(
  outer: readonly Axis[],
  most: number,
): { shared: readonly Axis[]; rows: readonly Axis[]; value: Expr } {
  const [last] = outer.slice(-1);
  const others = outer.slice(0, -1);
  const extent = dim.constant(last.extent);
  const items = others.reduce((product, axis) => product * typicalValue(axis.extent), extent ?? 1);
  const divides = (each: number): boolean => extent !== undefined && extent % each === 0;
  const count = [8, 4, 2].find((each) => each <= most && divides(each) && items / each >= LEAST_ITEMS);
  if (extent === undefined || count === undefined) return { shared: outer, rows: [], value: axisExpr(last) };
  const { axes, value } = splitAxis(last, [extent / count, count]);
  const [block, row] = axes;
  return { shared: [...others, block], rows: [row], value };
}
