/**
 * Recognises sums that slide a kernel over an image, step by step: `sum over i, j, c of x[row + i, column + j, c] *
 * w[i, j, c, o]`, forwards or backwards, padded or not, of one or several neighbouring places. The image may be any
 * expression of its row and column. By structure alone.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { loadsIn, reductionsIn, tensorOf } from './address.ts';
import { type Affine, addScaled, coefficientOf, constantAffine, fromAffine, rangeOf, toAffine } from './affine.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import {
  axisExpr,
  dependsOn,
  forEachNode,
  intExpr,
  isIndexArithmetic,
  keyOf,
  sizeExpr,
  substituteAxes,
} from './walk.ts';

type Reduce = Extract<Expr, { kind: 'reduce' }>;
type Load = Extract<Expr, { kind: 'load' }>;

/** One dimension of the image. */
export interface Slide {
  /** The nest's axes that move over it, outermost first, and by how many places the innermost does with each step. */
  readonly axes: readonly Axis[];
  readonly step: number;
  /** Where they are together: a multiple of `step`, `count` different ones from 0 on. */
  readonly place: Expr;
  readonly count: number;
  /** The first of the places that the sums are at, seen from `place`, and how many there are. */
  readonly first: number;
  readonly span: number;
  /** 1 where the kernel lies along the image, -1 where it is turned around. */
  readonly sign: 1 | -1;
  readonly taps: number;
  /** How many rows or columns of the image there are, where a condition says so. */
  readonly end: number | undefined;
  /** The tap that lies first along the image reads it at `r + base` for the place r. */
  readonly base: number;
}

/** One of the sums: the place that it is at. */
export interface Placed {
  readonly reduce: Reduce;
  readonly row: number;
  readonly column: number;
}

export interface SlidingProduct {
  readonly sums: readonly Placed[];
  readonly rows: Slide;
  readonly columns: Slide;
  /** Summed over beside the taps. */
  readonly channels: readonly Axis[];
  /** The kernel's axes that the weight depends on. */
  readonly features: readonly Axis[];
  /** The other axes of the nest: samples. */
  readonly samples: readonly Axis[];
  /** The image's element at a row and a column, with what must hold for it to be there. */
  readonly image: (row: Expr, column: Expr) => { readonly conditions: readonly Expr[]; readonly value: Expr };
  /** The weight of taps i and j, counted along the image. */
  readonly weight: (i: Expr, j: Expr) => Expr;
}

export function slidingProduct(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): SlidingProduct | undefined {
  const reduces = reductionsIn(kernel);
  const founds = reduces.flatMap((reduce) => taken(reduce, kernel) ?? []);
  const [found] = founds;
  if (!found || founds.length < reduces.length) return undefined;
  const { rows, columns, weight } = found;
  const features = kernel.axes.filter((axis) => dependsOn(weight, axis));
  const moving = [...rows.axes, ...columns.axes];
  const samples = kernel.axes.filter((axis) => ![...moving, ...features].includes(axis));
  const moved = [...moving, rows.tap, columns.tap, ...features];
  if (!founds.every((each) => isElsewhere(each, found, moved, tensors))) return undefined;
  const { conditions: ends } = imageAt(found, ...ANYWHERE, tensors);
  return {
    sums: founds.map((each, i) => ({ reduce: reduces[i], row: each.rows.offset, column: each.columns.offset })),
    rows: slideOf(
      rows,
      founds.map((each) => each.rows.offset),
      endOf(ends, 'row'),
    ),
    columns: slideOf(
      columns,
      founds.map((each) => each.columns.offset),
      endOf(ends, 'column'),
    ),
    channels: reduces[0].axes.filter((axis) => axis !== rows.tap && axis !== columns.tap),
    features,
    samples,
    image: (row, column) => imageAt(found, row, column, tensors),
    weight: (i, j) => {
      const taps = new Map([
        [rows.tap.id, along(rows, i)],
        [columns.tap.id, along(columns, j)],
      ]);
      return simplify(substituteAxes(weight, taps));
    },
  };
}

/** The tap that lies at a place along the image. */
function along({ tap, sign }: Dimension, place: Expr): Expr {
  if (sign > 0) return place;
  return fromAffine(addScaled(constantAffine(countOf(tap) - 1), toAffine(place), -1));
}

const countOf = (axis: Axis): number => dim.constant(axis.extent) ?? 1;

function slideOf(dimension: Dimension, places: readonly number[], end: number | undefined): Slide {
  const { axes, steps, sign, tap } = dimension;
  const first = Math.min(...places);
  const taps = countOf(tap);
  return {
    axes,
    step: steps[steps.length - 1],
    place: fromAffine(placeOf(dimension)),
    count: axes.reduce((product, axis) => product * countOf(axis), 1),
    first,
    span: Math.max(...places) - first + 1,
    sign,
    taps,
    end,
    base: sign > 0 ? 0 : 1 - taps,
  };
}

/** What one sum says. */
interface Found {
  readonly rows: Dimension;
  readonly columns: Dimension;
  readonly conditions: readonly Expr[];
  readonly image: Expr;
  readonly weight: Load;
}

interface Dimension {
  readonly tap: Axis;
  /** With what they are multiplied: together they count, as digits do. */
  readonly axes: readonly Axis[];
  readonly steps: readonly number[];
  readonly sign: 1 | -1;
  /** The image's row is `steps * axes + sign * tap + offset`. */
  readonly offset: number;
}

/** Takes a sum apart; undefined where it is none of these. */
function taken(reduce: Reduce, kernel: Kernel): Found | undefined {
  const { conditions, value } = pullGuards(reduce.body);
  if (value.kind !== 'apply' || value.fn !== 'mul') return undefined;
  for (const [image, weight] of [value.args, [...value.args].reverse()]) {
    if (weight.kind !== 'load') continue;
    const taps = reduce.axes.filter((axis) => dim.constant(axis.extent) !== undefined && dependsOn(weight, axis));
    const dimensions = taps.flatMap((tap) => dimensionOf(tap, [...conditions, image], kernel) ?? []);
    if (dimensions.length !== 2 || dimensions[0].axes.some((axis) => dimensions[1].axes.includes(axis))) continue;
    if (dimensions.some(({ axes }) => axes.some((axis) => dependsOn(weight, axis)))) continue;
    const [rows, columns] = dimensions;
    return { rows, columns, conditions: conditions.flatMap(conjuncts), image, weight };
  }
  return undefined;
}

/** How the image is read along a tap: somewhere it is added to one axis of the nest, or to several that count as one. */
function dimensionOf(tap: Axis, exprs: readonly Expr[], kernel: Kernel): Dimension | undefined {
  let found: Dimension | undefined;
  forEachNode(exprs, (expr) => {
    if (found || expr.type !== 'i32' || !isIndexArithmetic(expr) || !dependsOn(expr, tap)) return;
    const affine = toAffine(expr);
    const sign = coefficientOf(affine, tap.id);
    const step = (axis: Axis): number => coefficientOf(affine, axis.id) ?? 0;
    const axes = kernel.axes.filter((axis) => step(axis) !== 0).sort((a, b) => step(b) - step(a));
    const steps = axes.map(step);
    const digits = steps.every((each, i) => i === axes.length - 1 || each === steps[i + 1] * countOf(axes[i + 1]));
    const only = axes.length > 0 && affine.terms.size === axes.length + 1;
    if ((sign !== 1 && sign !== -1) || !only || !digits || steps[axes.length - 1] < 0) return;
    found = { tap, axes, steps, sign, offset: affine.constant };
  });
  return found;
}

/** A row and a column of an image as large as none is. */
export const ANYWHERE: readonly [Expr, Expr] = [
  axisExpr({ id: 'row', extent: dim.int(1 << 20) }),
  axisExpr({ id: 'column', extent: dim.int(1 << 20) }),
];

/** The largest extent of an axis that conditions leave: of `row < 11` and `row / 2 < 5` it is 10. */
function endOf(conditions: readonly Expr[], id: string): number | undefined {
  const ends = conditions.flatMap((condition) => {
    if (condition.kind !== 'apply' || condition.fn !== 'lt' || condition.args[0].type !== 'i32') return [];
    const [index, bound] = condition.args;
    const { low, high } = rangeOf(toAffine(bound));
    if (low !== high) return [];
    if (index.kind === 'axis' && index.axis.id === id) return [high];
    if (index.kind !== 'apply' || index.fn !== 'idiv') return [];
    const [above, by] = index.args;
    return above.kind === 'axis' && above.axis.id === id && by.kind === 'const' ? [high * by.value] : [];
  });
  const end = Math.min(...ends);
  return Number.isFinite(end) ? end : undefined;
}

/** True where a sum is the first one at another place, and the image depends on where it is read alone. */
function isElsewhere(own: Found, first: Found, moved: readonly Axis[], tensors: ReadonlyMap<number, Tensor>): boolean {
  const same = (a: Dimension, b: Dimension): boolean =>
    a.tap.id === b.tap.id && a.sign === b.sign && keyOf(fromAffine(placeOf(a))) === keyOf(fromAffine(placeOf(b)));
  if (!same(own.rows, first.rows) || !same(own.columns, first.columns)) return false;
  if (keyOf(own.weight) !== keyOf(first.weight)) return false;
  const [row, column] = ANYWHERE;
  const here = imageAt(own, row, column, tensors);
  if (keyOf(here.value) !== keyOf(imageAt(first, row, column, tensors).value)) return false;
  if (moved.some((axis) => [here.value, ...here.conditions].some((expr) => dependsOn(expr, axis)))) return false;
  // Conditions may be left out where they hold anyway.
  const known = new Set(imageAt(first, row, column, tensors).conditions.map(keyOf));
  return here.conditions.every((condition) => known.has(keyOf(condition)));
}

/** The image as a function of row and column, and the conditions under which all that it reads is there. */
function imageAt(
  found: Found,
  row: Expr,
  column: Expr,
  tensors: ReadonlyMap<number, Tensor>,
): { conditions: readonly Expr[]; value: Expr } {
  const at = solved(found, row, column);
  const value = at(found.image);
  const ranges = loadsIn([value]).flatMap((load) =>
    load.indices.flatMap((index, d) => {
      const below = compare('lt', index, sizeExpr(tensorOf(tensors, load.tensor).shape[d]));
      return [compare('ge', index, intExpr(0)), below].map(simplify);
    }),
  );
  const all = [...found.conditions.map(at), ...ranges].filter((each) => each.kind !== 'const' || each.value === 0);
  return { conditions: [...new Map(all.map((each) => [keyOf(each), each])).values()], value };
}

/** Replaces the taps by what they are at a row and a column of the image: the nest's own axes drop out of it. */
function solved(found: Found, row: Expr, column: Expr): (expr: Expr) => Expr {
  const solve = (dimension: Dimension, at: Expr): Expr => {
    const rest = addScaled(toAffine(at), placeOf(dimension), -1);
    const tap = addScaled(rest, constantAffine(dimension.offset), -1);
    return fromAffine(addScaled(constantAffine(0), tap, dimension.sign));
  };
  const values = new Map([
    [found.rows.tap.id, solve(found.rows, row)],
    [found.columns.tap.id, solve(found.columns, column)],
  ]);
  return (expr) => simplify(substituteAxes(expr, values));
}

/** `steps * axes`. */
function placeOf({ axes, steps }: Dimension): Affine {
  return axes.reduce((sum, axis, i) => addScaled(sum, toAffine(axisExpr(axis)), steps[i]), constantAffine(0));
}

const compare = (fn: 'ge' | 'lt', a: Expr, b: Expr): Expr => ({ kind: 'apply', type: 'bool', fn, args: [a, b] });
