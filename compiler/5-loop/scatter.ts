/**
 * Sliding products of images that are almost everywhere zero, on the CPU: behind a max pool each window has one element
 * that is not. Instead of looking up, for each result, all that could contribute, goes through the windows and adds each
 * winner's products where they belong, in memory of the thread's own. With windows of 2x2 a quarter of the products, and
 * fewer where a ReLU has left nothing.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { all, apply, guard } from '../ops/lowering.ts';
import { collapseSums } from './collapse-sums.ts';
import { type FormedPart, partOf } from './dispatch.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, vectorisable } from './lanes.ts';
import { rowMajor } from './layout.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import type { Slide, SlidingProduct } from './sliding-product.ts';
import { splitAxes } from './split-axes.ts';
import { axisExpr, intExpr, keyOf, rewriter } from './walk.ts';

/** More memory than this for a sample's sums would not stay near the core. */
const MOST_SUMS = 1 << 17;

/** The part that computes the nest, which is the product, this way on the CPU; undefined where the image is not that sparse. */
export function scatter(
  kernel: Kernel,
  product: SlidingProduct,
  tensors: ReadonlyMap<number, Tensor>,
  nextId: number,
): FormedPart | undefined {
  const { sums, rows, columns } = product;
  if (sums.length !== 1 || rows.step !== 1 || columns.step !== 1) return undefined;
  const winners = winnersOf(product);
  const found = winners && build(kernel, product, winners, nextId);
  if (!found) return undefined;
  // Only as vectors: a weight that lies across is read faster the other way.
  const known = new Map([...tensors, ...found.tensors.map((tensor): [number, Tensor] => [tensor.id, tensor])]);
  const adding = found.parts[0].cpu?.nests.find((nest) => nest.adding);
  const last = adding?.axes.at(-1);
  return adding && last && vectorisable(adding, last, known, 'wasm') ? found : undefined;
}

/** What is not zero of the image, window by window. */
interface Winners {
  readonly axes: readonly Axis[];
  readonly conditions: readonly Expr[];
  readonly value: Expr;
  readonly row: Expr;
  readonly column: Expr;
}

/** The tensor that stands for the place of an element while the sum over all places is solved. */
const PLACE = -1;

const ZERO: Expr = { kind: 'const', type: 'f32', value: 0 };

function winnersOf({ image, rows, columns }: SlidingProduct): Winners | undefined {
  if (rows.end === undefined || columns.end === undefined) return undefined;
  const axes: Axis[] = [
    { id: 'row', extent: dim.int(rows.end) },
    { id: 'column', extent: dim.int(columns.end) },
  ];
  const [row, column] = axes.map(axisExpr);
  const { conditions, value } = image(row, column);
  const place: Expr = { kind: 'load', type: 'f32', tensor: PLACE, indices: [row, column] };
  const body = simplify(guard(all(...conditions), apply('mul', value, place), ZERO));
  const [split] = splitAxes([], [{ kind: 'reduce', type: 'f32', combine: 'sum', axes, body }]).exprs;
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
  };
}

function build(kernel: Kernel, product: SlidingProduct, winners: Winners, nextId: number): FormedPart | undefined {
  const { rows, columns, features, channels, samples, weight, sums } = product;
  const [first] = sums;
  const vectors = features.length > 0 && (dim.constant(features[features.length - 1].extent) ?? 1) % LANES === 0;
  if (!vectors) return undefined;
  // A place r reads the image from r + base on: an element at `row` adds to the places from row - base - (taps - 1) on.
  const placesOf = (slide: Slide, offset: number) => {
    const low = -slide.base - (slide.taps - 1) - offset;
    return { low: Math.min(0, low), high: Math.max(slide.count, (slide.end ?? 0) - slide.base - offset) };
  };
  const down = placesOf(rows, first.row);
  const across = placesOf(columns, first.column);
  const shape = [down.high - down.low, across.high - across.low].map(dim.int);
  const extents = [...shape, ...features.map(({ extent }) => extent)];
  if ((dim.constant(dim.product(extents)) ?? MOST_SUMS) >= MOST_SUMS) return undefined;
  const sumsTensor: Tensor = {
    id: nextId,
    name: 'sums',
    element: 'f32',
    shape: extents,
    place: { kind: 'local' },
    layout: rowMajor(extents),
  };
  const at = (row: Expr, column: Expr): readonly Expr[] => [
    simplify(minus(row, down.low)),
    simplify(minus(column, across.low)),
    ...features.map(axisExpr),
  ];
  const nest = (step: string, axes: readonly Axis[], store: Kernel['stores'][number], where?: Expr): Kernel => ({
    label: `${kernel.label} (${step})`,
    axes: [...samples, ...axes],
    stores: [store],
    ...(where ? { where, adding: true } : {}),
  });
  const clear: Axis[] = [
    { id: 'zr', extent: extents[0] },
    { id: 'zc', extent: extents[1] },
  ];
  const cleared = [...clear, ...features];
  const taps: Axis[] = [
    { id: 'ti', extent: dim.int(rows.taps) },
    { id: 'tj', extent: dim.int(columns.taps) },
  ];
  // Both the weights and the sums are gone through forwards.
  const forwards = (slide: Slide, tap: Expr): Expr =>
    slide.sign > 0 ? tap : simplify(apply('sub', intExpr(slide.taps - 1), tap));
  const [i, j] = [forwards(rows, axisExpr(taps[0])), forwards(columns, axisExpr(taps[1]))];
  // Tap i, counted along the image, is read by the place row - base - i.
  const placeRow = minus(apply('sub', winners.row, i), rows.base + first.row);
  const placeColumn = minus(apply('sub', winners.column, j), columns.base + first.column);
  const added = apply('mul', winners.value, weight(i, j));
  const where = all(...winners.conditions, apply('ne', winners.value, ZERO));
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
    nest('cleared', cleared, { tensor: nextId, indices: cleared.map(axisExpr), value: ZERO }),
    nest(
      'winners added',
      [...channels, ...winners.axes, ...taps, ...features],
      { tensor: nextId, indices: at(placeRow, placeColumn), value: added },
      where,
    ),
    own,
  ];
  const part = { ...partOf(kernel), cpu: { nests, shared: samples, repeat: undefined } };
  return { parts: [part], tensors: [sumsTensor] };
}

const minus = (a: Expr, by: number): Expr => apply('sub', a, intExpr(by));
