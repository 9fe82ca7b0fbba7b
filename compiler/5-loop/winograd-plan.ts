/**
 * Decides whether a sliding product is computed in transformed tiles, and how large these are: by how many multiplications
 * and additions it takes, the transforms counted. `winograd.ts` builds it.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { isBatch } from './register-tile.ts';
import { ANYWHERE, type Slide, type SlidingProduct } from './sliding-product.ts';
import { type Matrix, MOST_PRODUCTS, shortConvolution, transposed } from './toom-cook.ts';
import { typicalValue } from './typical.ts';
import { intExpr } from './walk.ts';

/** Fewer channels than this leave the transforms more expensive than what they save. */
const LEAST_CHANNELS = 16;
/** Features that a tile of the products has: two vectors. */
export const PANEL = 8;
/** The products of the tiles must be no more than so many of those that they replace: the transforms take time, too. */
const WORTHWHILE = 0.65;
/** Tiles that share each load of a weight: of several samples, where one has fewer. */
const TILES_TOGETHER = 8;
/** Floats of transformed image that stay in the second-level cache. */
const MOST_TRANSFORMED = 1 << 17;
/** What an addition of a transform takes, with its part of loads and stores, beside one multiply-add of the products. */
const TRANSFORM = 2;
/** Multiply-adds of a sample that are worth several threads, each of which takes a block of rows or a group of features. */
const LARGE = 1 << 23;
/** So many work items are enough for one sample. */
const ITEMS = 8;
/** What that may take beyond the work of a single item. */
const WASTE = 0.08;

/** How one dimension of the image is cut into tiles, and what they are multiplied with. */
export interface Cut {
  /** From a tile of the image, the taps and the products to what is multiplied and to the results. */
  readonly image: Matrix;
  readonly taps: Matrix;
  readonly results: Matrix;
  /** Where the first tile begins: a row of the image, seen from the work item's first place; and the place of its first result. */
  readonly imageFrom: number;
  readonly resultFrom: number;
  /** Rows, and results, from a tile to the next. */
  readonly step: number;
}

export interface Plan {
  readonly rows: Cut;
  readonly columns: Cut;
  /** Rows of the nest that one work item computes: a divisor of all of them. */
  readonly rowCount: number;
  /** Tiles of one work item and sample, down and across. */
  readonly down: number;
  readonly across: number;
  /** Samples of one work item. */
  readonly together: number;
  /** Groups of features, each a work item's. All of them transform the image. */
  readonly groups: number;
  /**
   * One frequency of all features after the other, instead of all frequencies of one panel: a frequency's tiles stay in the
   * first-level cache, and weights are gone through once. Takes memory for the products of all features.
   */
  readonly byFrequency: boolean;
}

/** A plan, and from which batch on it pays to transform the weights. */
export interface Chosen {
  readonly plan: Plan;
  readonly least: number;
}

export const productsOf = ({ image }: Cut): number => image.length;
export const imageLength = ({ image }: Cut): number => image[0].length;

/** The cheapest plan; undefined where none is worth it. */
export function planOf(product: SlidingProduct): Chosen | undefined {
  const { rows, columns, channels } = product;
  if (rows.axes.length > 1 || columns.axes.length > 1 || typical(channels) < LEAST_CHANNELS) return undefined;
  const replaced = replacedBy(product);
  const plans = cutsOf(rows).flatMap((down) =>
    cutsOf(columns).flatMap((across) => planWith(product, replaced, down, across) ?? []),
  );
  const samples = typical(product.samples);
  const costs = plans.map((plan) => ({ plan, cost: costOf(product, plan) }));
  const [best] = costs.sort((a, b) => a.cost.each + a.cost.once / samples - (b.cost.each + b.cost.once / samples));
  if (!best) return undefined;
  const { plan, cost } = best;
  // What is summed over samples has no weights but other samples'.
  const spared = replaced * typical(channels) * typical(product.features) - cost.each;
  return { plan, least: overBatch(product) ? 1 : Math.max(1, Math.ceil(cost.once / spared)) };
}

/** The ways to cut one dimension. */
function cutsOf({ taps, first, base }: Slide): Cut[] {
  if (taps < 2) return [];
  const sizes = Array.from({ length: Math.max(0, MOST_PRODUCTS - taps) }, (_, i) => i + 2);
  return sizes.map((size) => {
    const { image, taps: kernel, spread } = shortConvolution(size, taps);
    return {
      image: transposed(spread),
      taps: kernel,
      results: transposed(image),
      imageFrom: first + base,
      resultFrom: first,
      step: size,
    };
  });
}

/** `replaced`: products of a sample, channel and feature. */
function planWith(product: SlidingProduct, replaced: number, rows: Cut, columns: Cut): Plan | undefined {
  const { rows: slide, columns: other, channels, samples } = product;
  const across = tilesOf(columns, other, other.count);
  const downOf = (count: number): number => tilesOf(rows, slide, count);
  const each = productsOf(rows) * productsOf(columns);
  const tiles = downOf(slide.count) * across;
  if (each * tiles > WORTHWHILE * replaced) return undefined;
  // A sum over the batch is computed from images that were transformed before: of one tile, whose rows are the samples.
  if (overBatch(product) && (tiles > 1 || channels.length > 1 || samples.length !== 1)) return undefined;
  const together = togetherOf(samples, tiles);
  if (together === undefined) return undefined;
  const whole = {
    rows,
    columns,
    rowCount: slide.count,
    down: downOf(slide.count),
    across,
    together,
    groups: 1,
    byFrequency: false,
  };
  if (together > 1) return whole;
  const divisors = Array.from({ length: slide.count }, (_, i) => slide.count - i).filter((n) => slide.count % n === 0);
  // Blocks waste nothing where they end between two tiles.
  const even = divisors.filter((count) => count === slide.count || (slide.step * count) % rows.step === 0);
  const fits = (count: number): boolean => each * downOf(count) * across * typical(channels) <= MOST_TRANSFORMED;
  const fitting = even.find(fits) ?? even.at(-1) ?? slide.count;
  const plan = { ...whole, rowCount: fitting, down: downOf(fitting) };
  return each * tiles * typical(channels) * typical(product.features) < LARGE ? plan : shared(product, plan, divisors);
}

/** The plan with as many work items for one sample as cost next to nothing: blocks of rows first, groups of features then. */
function shared(product: SlidingProduct, plan: Plan, divisors: readonly number[]): Plan {
  const { count } = product.rows;
  const costOfBoth = (each: Plan): number => costOf(product, each).each;
  const most = (1 + WASTE) * costOfBoth(plan);
  const inBlocks = divisors
    .filter((rowCount) => rowCount <= plan.rowCount && count / rowCount <= ITEMS)
    .map((rowCount) => ({ ...plan, rowCount, down: tilesOf(plan.rows, product.rows, rowCount) }))
    .findLast((each) => costOfBoth(each) <= most);
  const blocks = { ...(inBlocks ?? plan), byFrequency: true };
  const panels = typical(product.features) / PANEL;
  const groups = [8, 4, 2].find(
    (n) => panels % n === 0 && (n * count) / blocks.rowCount <= ITEMS && costOfBoth({ ...blocks, groups: n }) <= most,
  );
  return { ...blocks, groups: groups ?? 1 };
}

/** Tiles over so many places. */
const tilesOf = (cut: Cut, { step, span }: Slide, count: number): number =>
  Math.ceil((step * (count - 1) + span) / cut.step);

/** How many samples a work item has; undefined where they cannot be taken together. */
function togetherOf(samples: readonly Axis[], tiles: number): number | undefined {
  const wanted = [1, 2, 4, 8].find((count) => count * tiles >= TILES_TOGETHER) ?? TILES_TOGETHER;
  if (wanted === 1) return 1;
  const [axis, ...others] = samples;
  if (!axis || others.length > 0) return undefined;
  const extent = dim.constant(axis.extent);
  return extent === undefined || extent % wanted === 0 ? wanted : undefined;
}

/** Multiply-adds of each sample, and of the weights' transform. */
function costOf(
  { channels, features, rows: slide }: SlidingProduct,
  { rows, columns, down, across, rowCount, groups }: Plan,
): { each: number; once: number } {
  const [depth, width] = [typical(channels), typical(features)];
  const tiles = ((down * slide.count) / rowCount) * across;
  const products = productsOf(rows) * productsOf(columns) * tiles * depth * width;
  const image = sandwich(rows.image, columns.image) * tiles * depth;
  const results = sandwich(rows.results, columns.results) * tiles * width;
  // What lies beside the image has to be written down first, and read again.
  const bordered = [rows, columns].some(({ imageFrom }) => imageFrom < 0);
  const border = bordered ? 2 * imageLength(rows) * imageLength(columns) * tiles * depth : 0;
  return {
    each: products + TRANSFORM * (groups * (image + border) + results),
    once: TRANSFORM * sandwich(rows.taps, columns.taps) * depth * width,
  };
}

/** Products of a sample, channel and feature as they are: on the border, and between the rows of a stride, there are fewer. */
function replacedBy({ rows, columns, sums, image }: SlidingProduct): number {
  const there = (at: readonly [Expr, Expr]): boolean =>
    image(...at).conditions.every((condition) => condition.kind !== 'const' || condition.value !== 0);
  const [row, column] = ANYWHERE;
  return (
    sums.length *
    tapsInside(rows, (at) => there([intExpr(at), column])) *
    tapsInside(columns, (at) => there([row, intExpr(at)]))
  );
}

const overBatch = ({ channels }: SlidingProduct): boolean => channels.some(isBatch);

/** Additions of `down * tile * transpose(across)`. */
function sandwich(down: Matrix, across: Matrix): number {
  const terms = (matrix: Matrix): number => matrix.flat().filter((value) => value !== 0).length;
  return terms(down) * across[0].length + terms(across) * down.length;
}

const typical = (axes: readonly Axis[]): number =>
  axes.reduce((product, { extent }: { extent: Dim }) => product * typicalValue(extent), 1);

/** How many taps of all places read what is there of the image. */
function tapsInside({ count, step, first, base, taps }: Slide, there: (at: number) => boolean): number {
  const known = new Map<number, boolean>();
  const read = (at: number): boolean => {
    const found = known.get(at) ?? there(at);
    known.set(at, found);
    return found;
  };
  const reads = Array.from({ length: count * taps }, (_, i) => step * Math.floor(i / taps) + first + base + (i % taps));
  return reads.filter(read).length;
}
