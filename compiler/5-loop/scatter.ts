/**
 * Sliding products of images that are almost everywhere zero, on the CPU: behind a max pool each window has one element
 * that is not. Instead of looking up, for each result, all that could contribute, goes through the windows, lists the winners
 * of each place of the image, and adds each list's products where they belong, in memory of the thread's own. With windows of
 * 2x2 a quarter of the products, and fewer where a ReLU has left nothing.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { all, apply, guard } from '../ops/lowering.ts';
import { coefficientOf, rangeOf, toAffine, without } from './affine.ts';
import { collapseSums } from './collapse-sums.ts';
import { type FormedPart, partOf } from './dispatch.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES, vectorisable } from './lanes.ts';
import { localTensor } from './layout.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import type { Slide, SlidingProduct } from './sliding-product.ts';
import { splitAxes } from './split-axes.ts';
import { listTerms } from './term-lists.ts';
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
  const found = winners && build(kernel, product, winners, tensors, nextId);
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

function build(
  kernel: Kernel,
  product: SlidingProduct,
  winners: Winners,
  tensors: ReadonlyMap<number, Tensor>,
  nextId: number,
): FormedPart | undefined {
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
  const sumsTensor = localTensor(nextId, 'sums', 'f32', extents);
  const at = (row: Expr, column: Expr): readonly Expr[] => [
    simplify(minus(row, down.low)),
    simplify(minus(column, across.low)),
    ...features.map(axisExpr),
  ];
  const nest = (step: string, axes: readonly Axis[], store: Kernel['stores'][number]): Kernel => ({
    label: `${kernel.label} (${step})`,
    axes: [...samples, ...axes],
    stores: [store],
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
  const operand = weight(i, j);
  const most = dim.constant(dim.product(channels.map(({ extent }) => extent)));
  const size = dim.constant(dim.product(extents)) ?? MOST_SUMS;
  if (operand.kind !== 'load' || most === undefined || size >= MOST_SUMS || !areApart(winners)) return undefined;
  const places = [rows, columns].map(
    (slide, d): Axis => ({ id: d === 0 ? 'pr' : 'pc', extent: dim.int(slide.end ?? 0) }),
  );
  const [row, column] = places;
  const lists = listTerms(
    kernel.label,
    {
      around: samples,
      loops: [...winners.axes, ...channels],
      where: all(...winners.conditions),
      factor: winners.value,
      operand,
      keys: [
        { index: winners.row, axis: row },
        { index: winners.column, axis: column },
      ],
      most,
    },
    tensors,
    { nextId: nextId + 1, local: size },
  );
  if (!lists) return undefined;
  // Tap i, counted along the image, is read by the place row - base - i.
  const placeRow = minus(apply('sub', axisExpr(row), i), rows.base + first.row);
  const placeColumn = minus(apply('sub', axisExpr(column), j), columns.base + first.column);
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
  const nests: Kernel[] = [
    nest('cleared', cleared, { tensor: nextId, indices: cleared.map(axisExpr), value: ZERO }),
    lists.nest,
    {
      ...nest('winners added', [taps[0], ...places, taps[1], ...features], {
        tensor: nextId,
        indices: at(placeRow, placeColumn),
        value: lists.sum,
      }),
      where: lists.some,
      adding: true,
    },
    own,
  ];
  const part = { ...partOf(kernel), cpu: { nests, shared: samples, repeat: undefined } };
  return { parts: [part], tensors: [sumsTensor, ...lists.tensors] };
}

/** True where conditions say that a winner is inside of its own window, and windows lie side by side: a place is in one alone. */
function areApart({ axes, conditions, row, column }: Winners): boolean {
  const numbers = rangesOf(conditions);
  const inRange = rewriter((expr) => numbers.get(keyOf(expr)) ?? expr);
  return [row, column].every((place) => {
    const affine = toAffine(simplify(inRange(place)));
    const [axis, ...others] = axes.filter(({ id }) => coefficientOf(affine, id) !== 0);
    if (!axis || others.length > 0) return false;
    const { low, high } = rangeOf({ ...affine, terms: without(affine, axis.id).terms });
    return high - low < (coefficientOf(affine, axis.id) ?? 0);
  });
}

/** Numbers in memory of which conditions say that they are at least 0 and below a number, as variables that are. */
function rangesOf(conditions: readonly Expr[]): Map<string, Expr> {
  const limits = conditions.flatMap((condition) => {
    if (condition.kind !== 'apply' || condition.fn !== 'lt') return [];
    const [number, limit] = condition.args;
    const positive = keyOf(apply('ge', number, intExpr(0)));
    if (number.kind !== 'load' || limit.kind !== 'const') return [];
    return conditions.some((each) => keyOf(each) === positive) ? [{ number, limit: limit.value }] : [];
  });
  return new Map(
    limits.map(({ number, limit }, i) => [keyOf(number), axisExpr({ id: `number${i}`, extent: dim.int(limit) })]),
  );
}

const minus = (a: Expr, by: number): Expr => apply('sub', a, intExpr(by));
