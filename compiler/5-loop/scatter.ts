/**
 * Sliding products of images that are almost everywhere zero, on the CPU: behind a max pool each window has one element
 * that is not. Instead of looking up, for each result, all that could contribute, goes through the windows and adds each
 * winner's products where they belong, in memory of the thread's own. With windows of 2x2 a quarter of the products, and
 * fewer where a ReLU has left nothing.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { collapseSums } from './collapse-sums.ts';
import { type Part, partOf } from './dispatch.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, vectorisable } from './lanes.ts';
import { stridesInOrder } from './layout.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import { endOf, type SlidingProduct, slidingProduct } from './sliding-product.ts';
import { splitAxes } from './split-axes.ts';
import { axisExpr, intExpr, keyOf, rewriter } from './walk.ts';

/** More memory than this for a sample's sums would not stay near the core. */
const MOST_SUMS = 1 << 17;

export interface Scattered {
  readonly part: Part;
  readonly tensors: readonly Tensor[];
}

/** The part that computes the nest this way on the CPU; undefined where the image is not that sparse. */
export function scatter(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>, nextId: number): Scattered | undefined {
  const product = slidingProduct(kernel, tensors);
  if (!product) return undefined;
  const { sums, rows, columns } = product;
  if (sums.length !== 1 || rows.step !== 1 || columns.step !== 1) return undefined;
  const winners = winnersOf(product);
  const found = winners && build(kernel, product, winners, nextId);
  if (!found) return undefined;
  // Only as vectors: a weight that lies across is read faster the other way.
  const all = new Map([...tensors, ...found.tensors.map((tensor): [number, Tensor] => [tensor.id, tensor])]);
  const adding = found.part.cpu?.nests.find((nest) => nest.adding);
  const last = adding?.axes.at(-1);
  return adding && last && vectorisable(adding, last, all, 'wasm') ? found : undefined;
}

/** What is not zero of the image, window by window. */
interface Winners {
  readonly axes: readonly Axis[];
  readonly conditions: readonly Expr[];
  readonly value: Expr;
  readonly row: Expr;
  readonly column: Expr;
  /** The image's size. */
  readonly height: number;
  readonly width: number;
}

/** The tensor that stands for the place of an element while the sum over all places is solved. */
const PLACE = -1;

function winnersOf({ image }: SlidingProduct): Winners | undefined {
  const probe = (size: number): Axis[] => ['row', 'column'].map((id) => ({ id, extent: dim.int(size) }));
  const asked = (axes: readonly Axis[]) => {
    const [row, column] = axes.map(axisExpr);
    const { conditions, value } = image(row, column);
    return [...conditions, ...pullGuards(asGuards(value)).conditions].flatMap(conjuncts);
  };
  // The image ends where a condition says that it does.
  const open = asked(probe(1 << 20));
  const [height, width] = ['row', 'column'].map((id) => endOf(open, id));
  if (height === undefined || width === undefined) return undefined;
  const axes: Axis[] = [
    { id: 'row', extent: dim.int(height) },
    { id: 'column', extent: dim.int(width) },
  ];
  const [row, column] = axes.map(axisExpr);
  const { conditions, value } = image(row, column);
  const place: Expr = { kind: 'load', type: 'f32', tensor: PLACE, indices: [row, column] };
  const product: Expr = { kind: 'apply', type: 'f32', fn: 'mul', args: [asGuards(value), place] };
  const condition = conditions.reduce<Expr | undefined>(
    (all, next) => (all ? { kind: 'apply', type: 'bool', fn: 'and', args: [all, next] } : next),
    undefined,
  );
  const zero: Expr = { kind: 'const', type: 'f32', value: 0 };
  const body: Expr = condition ? { kind: 'guard', type: 'f32', condition, value: product, otherwise: zero } : product;
  const [split] = splitAxes([], [{ kind: 'reduce', type: 'f32', combine: 'sum', axes, body: simplify(body) }]).exprs;
  const sum = collapseSums(split);
  if (sum === split || sum.kind !== 'reduce') return undefined;
  const left = pullGuards(sum.body);
  if (left.value.kind !== 'apply' || left.value.fn !== 'mul') return undefined;
  const [factor, at] = left.value.args;
  if (at.kind !== 'load' || at.tensor !== PLACE) return undefined;
  const [rowAt, columnAt] = at.indices;
  return {
    axes: sum.axes,
    conditions: left.conditions.flatMap(conjuncts),
    value: factor,
    row: rowAt,
    column: columnAt,
    height,
    width,
  };
}

/** The expression with choices between a value and zero as guards, which a sum may skip. */
function asGuards(image: Expr): Expr {
  return rewriter((expr) => {
    if (expr.kind !== 'apply' || expr.fn !== 'select' || expr.type !== 'f32') return expr;
    const [condition, value, otherwise] = expr.args;
    if (otherwise.kind !== 'const' || otherwise.value !== 0) return expr;
    return { kind: 'guard', type: 'f32', condition, value, otherwise };
  })(image);
}

function build(kernel: Kernel, product: SlidingProduct, winners: Winners, nextId: number): Scattered | undefined {
  const { rows, columns, features, channels, samples, weight, sums } = product;
  const [first] = sums;
  const vectors = features.length > 0 && (dim.constant(features[features.length - 1].extent) ?? 1) % LANES === 0;
  if (!vectors) return undefined;
  // A place r reads the image from r + base on: an element at `row` adds to the places from row - base - (taps - 1) on.
  const placesOf = (slide: typeof rows, offset: number, size: number, count: number) => {
    const low = -slide.base - (slide.taps - 1) - offset;
    return { low: Math.min(0, low), high: Math.max(count, size - slide.base - offset) };
  };
  const down = placesOf(rows, first.row, winners.height, rows.count);
  const across = placesOf(columns, first.column, winners.width, columns.count);
  const shape = [down.high - down.low, across.high - across.low].map(dim.int);
  const all = [...shape, ...features.map(({ extent }) => extent)];
  if ((dim.constant(dim.product(all)) ?? MOST_SUMS) >= MOST_SUMS) return undefined;
  const sumsTensor: Tensor = {
    id: nextId,
    name: 'sums',
    element: 'f32',
    shape: all,
    place: { kind: 'local' },
    layout: {
      offset: 0,
      strides: stridesInOrder(
        all,
        all.map((_, i) => i),
      ),
    },
  };
  const at = (row: Expr, column: Expr): readonly Expr[] => [
    simplify(minus(row, down.low)),
    simplify(minus(column, across.low)),
    ...features.map(axisExpr),
  ];
  const nest = (step: string, axes: readonly Axis[], store: Kernel['stores'][number], adding?: Expr): Kernel => ({
    label: `${kernel.label} (${step})`,
    axes: [...samples, ...axes],
    stores: [store],
    ...(adding ? { adding } : {}),
  });
  const zero: Expr = { kind: 'const', type: 'f32', value: 0 };
  const clear: Axis[] = [
    { id: 'zr', extent: all[0] },
    { id: 'zc', extent: all[1] },
  ];
  const cleared = [...clear, ...features];
  const taps: Axis[] = [
    { id: 'ti', extent: dim.int(rows.taps) },
    { id: 'tj', extent: dim.int(columns.taps) },
  ];
  // Both the weights and the sums are gone through forwards.
  const forwards = (slide: typeof rows, tap: Expr): Expr =>
    slide.sign > 0 ? tap : simplify(minusExpr(intExpr(slide.taps - 1), tap));
  const [i, j] = [forwards(rows, axisExpr(taps[0])), forwards(columns, axisExpr(taps[1]))];
  // Tap i, counted along the image, is read by the place row - base - i.
  const placeRow = minus(minusExpr(winners.row, i), rows.base + first.row);
  const placeColumn = minus(minusExpr(winners.column, j), columns.base + first.column);
  const added: Expr = { kind: 'apply', type: 'f32', fn: 'mul', args: [winners.value, weight(i, j)] };
  const nonzero: Expr = { kind: 'apply', type: 'bool', fn: 'ne', args: [winners.value, zero] };
  const where = [...winners.conditions, nonzero].reduce((a, b) => ({
    kind: 'apply',
    type: 'bool',
    fn: 'and',
    args: [a, b],
  }));
  const replace = rewriter((expr) =>
    expr.kind === 'reduce' && keyOf(expr) === keyOf(first.reduce)
      ? { kind: 'load', type: 'f32', tensor: nextId, indices: at(rows.place, columns.place) }
      : expr,
  );
  const own = {
    ...kernel,
    label: `${kernel.label} (own)`,
    axes: [...samples, ...rows.axes, ...columns.axes, ...features],
    stores: kernel.stores.map((store) => ({ ...store, value: replace(store.value) })),
  };
  const nests = [
    nest('cleared', cleared, { tensor: nextId, indices: cleared.map(axisExpr), value: zero }),
    nest(
      'winners added',
      [...channels, ...winners.axes, ...taps, ...features],
      { tensor: nextId, indices: at(placeRow, placeColumn), value: added },
      where,
    ),
    own,
  ];
  return { part: { ...partOf(kernel), cpu: { nests, shared: samples, repeat: undefined } }, tensors: [sumsTensor] };
}

const minusExpr = (a: Expr, b: Expr): Expr => ({ kind: 'apply', type: 'i32', fn: 'sub', args: [a, b] });
const minus = (a: Expr, by: number): Expr => minusExpr(a, intExpr(by));
