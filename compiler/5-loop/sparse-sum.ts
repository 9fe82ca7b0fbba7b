/**
 * Sums of products of which a few terms count, on the CPU: `sum over places of (memory says so ? x[place, c] * y[place] : 0)`,
 * the gradient of a convolution's weight behind a max pool. Each result would ask memory about every place again. Instead,
 * goes through a sample's places once for each block of results, lists those that count, and then adds each list's products to
 * all results that it is for. What a ReLU left nothing of is not listed.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { all } from '../ops/lowering.ts';
import { type FormedPart, partOf } from './dispatch.ts';
import type { Kernel, Store, Tensor } from './kernel.ts';
import { LANES, vectorisable } from './lanes.ts';
import { localTensor } from './layout.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import { splitAxis } from './split-axes.ts';
import { listTerms } from './term-lists.ts';
import { typicalValue } from './typical.ts';
import { axisExpr, containsLoad, dependsOn, substituteAxes } from './walk.ts';

/** Work items that there should be at least. */
const LEAST_ITEMS = 16;

/** Results of one work item: beside what is read they stay in the second-level cache. */
const MOST_RESULTS = 1 << 15;

const ZERO: Expr = { kind: 'const', type: 'f32', value: 0 };

/** The part that computes the nest this way; undefined where it is no such sum. `sought`: the nest that looks for its terms. */
export function sparseSum(
  kernel: Kernel,
  sought: Kernel,
  tensors: ReadonlyMap<number, Tensor>,
  nextId: number,
): FormedPart | undefined {
  const terms = termsOf(sought);
  const inner = terms && lanesLast(sought, terms, tensors);
  if (!terms || !inner || terms.outer.length === 0) return undefined;
  const row = inner.reduce((product, { extent }) => product * typicalValue(extent), 1);
  const { shared, rows, value: whole } = blockOf(terms.outer, MOST_RESULTS / row);
  const replacements = new Map([[terms.outer[terms.outer.length - 1].id, whole]]);
  const here = (expr: Expr): Expr => simplify(substituteAxes(expr, replacements));
  const operand = here(terms.operand);
  const results = [...rows, ...inner];
  const shape = results.map(({ extent }) => extent);
  const size = dim.constant(dim.product(shape));
  if (operand.kind !== 'load' || size === undefined || size > MOST_RESULTS) return undefined;
  const sums = localTensor(nextId, 'sums', 'f32', shape);
  const lists = listTerms(
    kernel.label,
    {
      around: [...shared, terms.batch],
      loops: [...terms.places, ...rows],
      where: here(terms.where),
      factor: here(terms.factor),
      operand,
      keys: rows.map((axis) => ({ index: axisExpr(axis), axis })),
      most: terms.places.reduce((product, { extent }) => product * typicalValue(extent), 1),
    },
    tensors,
    { nextId: nextId + 1, local: size },
  );
  if (!lists) return undefined;
  const nest = (step: string, axes: readonly Axis[], store: Store): Kernel => ({
    label: `${kernel.label} (${step})`,
    axes: [...shared, ...axes],
    stores: [store],
  });
  const indices = results.map(axisExpr);
  const [store] = sought.stores;
  const sum: Expr = { kind: 'load', type: 'f32', tensor: sums.id, indices };
  const adding = nest('added', [terms.batch, ...results], { tensor: sums.id, indices, value: lists.sum });
  const nests: Kernel[] = [
    nest('cleared', results, { tensor: sums.id, indices, value: ZERO }),
    lists.nest,
    { ...adding, where: lists.some, adding: true },
    nest('own', results, { tensor: store.tensor, indices: store.indices.map(here), value: sum }),
  ];
  const repeat = { axis: terms.batch, from: 1, to: 3 };
  return { parts: [{ ...partOf(kernel), cpu: { nests, shared, repeat } }], tensors: [sums, ...lists.tensors] };
}

/** What is added for each place, and where. */
interface Terms {
  /** Summed over: samples, and the places of each. */
  readonly batch: Axis;
  readonly places: readonly Axis[];
  /** The axes of the nest that `where` depends on. */
  readonly outer: readonly Axis[];
  readonly where: Expr;
  /** The same for all results of a place, and what it is multiplied with. */
  readonly factor: Expr;
  readonly operand: Expr;
}

function termsOf({ stores, axes }: Kernel): Terms | undefined {
  const [store, ...rest] = stores;
  if (rest.length > 0 || store.value.kind !== 'reduce' || store.value.combine !== 'sum') return undefined;
  const { conditions, value } = pullGuards(store.value.body);
  const asked = conditions.flatMap(conjuncts);
  if (!asked.some(containsLoad) || value.kind !== 'apply' || value.fn !== 'mul') return undefined;
  const outer = axes.filter((axis) => asked.some((condition) => dependsOn(condition, axis)));
  const isCommon = (factor: Expr): boolean => axes.every((axis) => outer.includes(axis) || !dependsOn(factor, axis));
  const [factor, ...more] = value.args.filter(isCommon);
  const [operand] = value.args.filter((arg) => arg !== factor);
  const [batch, ...others] = store.value.axes.filter((axis) => dim.constant(axis.extent) === undefined);
  if (!factor || more.length > 0 || !batch || others.length > 0) return undefined;
  return {
    batch,
    places: store.value.axes.filter((axis) => axis !== batch),
    outer,
    where: all(...asked),
    factor,
    operand,
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
