/**
 * Winograd's minimal filtering F(2x2, 3x3) for the CPU: four neighbouring sums of a 3x3 sliding product from 16 products
 * instead of 36. (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015.) A sample's image is copied
 * with its border, cut into overlapping 4x4 tiles and transformed; the 16 products are matrix products over the channels;
 * the results are transformed back and the nest's own expression is computed from them. The weights are transformed by a
 * nest of their own. Not for GPUs, where the transforms would need memory that a workgroup shares.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { all, apply, guard } from '../ops/lowering.ts';
import { type FormedPart, type Part, partOf } from './dispatch.ts';
import { type Kernel, mapStores, type Place, type Store, type Tensor } from './kernel.ts';
import { rowMajor } from './layout.ts';
import { simplify } from './simplify.ts';
import { type Slide, type SlidingProduct, slidingProduct } from './sliding-product.ts';
import { splitParallel } from './split-axes.ts';
import { typicalValue } from './typical.ts';
import { axisExpr, intExpr, keyOf, rewriter, substituteAxes } from './walk.ts';

/** Outputs and inputs of a tile, a side. */
const OUT = 2;
const IN = 4;
/** Features that a tile of the products has: two vectors. */
const PANEL = 8;
/** Fewer channels than this leave the transforms more expensive than what they save. */
const LEAST_CHANNELS = 16;
/** Fewer tiles than this a sample do not pay for the transformed weights. */
const LEAST_TILES = 12;
/** The products of the tiles must be no more than so many of those that they replace: the transforms take time, too. */
const MOST_PRODUCTS = 0.65;
/** Floats of transformed image that stay in the second-level cache. */
const MOST_TRANSFORMED = 1 << 17;

/**
 * The nest computed this way on the CPU, after the weights are transformed; undefined where it does not pay. `whole` is the
 * nest with its windows written out, which is the product.
 */
export function winograd(
  kernel: Kernel,
  whole: Kernel,
  found: SlidingProduct,
  tensors: ReadonlyMap<number, Tensor>,
  nextId: number,
): FormedPart | undefined {
  // Asked before anything is split: of most nests no more has to be known.
  if (!planOf(found)) return undefined;
  const split = withPanels(whole, found);
  const product = split && slidingProduct(split, tensors);
  const plan = product && planOf(product);
  if (!split || !product || !plan || product.features.length > 2) return undefined;
  return new Builder(split, product, plan, nextId).build(partOf(kernel));
}

/** The nest with its features counted in panels; undefined where they don't divide into them. */
function withPanels(kernel: Kernel, { features }: SlidingProduct): Kernel | undefined {
  const last = features.at(-1);
  const extent = last && dim.constant(last.extent);
  if (extent === PANEL) return kernel;
  if (!last || extent === undefined || extent % PANEL !== 0) return undefined;
  return splitParallel(kernel, last, [extent / PANEL, PANEL]);
}

interface Plan {
  /** Rows of the nest that one work item computes: a divisor of all of them. */
  readonly rows: number;
  /** Tiles of one work item, down and across. */
  readonly down: number;
  readonly across: number;
}

/** Decides whether it pays, and how many rows a work item has. */
function planOf({ rows, columns, channels, sums }: SlidingProduct): Plan | undefined {
  const { count: height } = rows;
  const { count: width } = columns;
  const depth = channels.reduce((product, { extent }) => product * typicalValue(extent), 1);
  if (rows.axes.length > 1 || columns.axes.length > 1 || depth < LEAST_CHANNELS) return undefined;
  if (rows.taps !== IN - 1 || columns.taps !== IN - 1) return undefined;
  const tiles = (count: number, step: number, span: number): number => Math.ceil((step * (count - 1) + span) / OUT);
  const across = tiles(width, columns.step, columns.span);
  const downOf = (count: number): number => tiles(count, rows.step, rows.span);
  const products = IN * IN * downOf(height) * across;
  const replaced = sums.length * tapsInside(rows) * tapsInside(columns);
  if (products > MOST_PRODUCTS * replaced || downOf(height) * across < LEAST_TILES) return undefined;
  const divisors = Array.from({ length: height }, (_, i) => height - i).filter((count) => height % count === 0);
  // Blocks waste nothing where they end between two tiles.
  const whole = divisors.filter((count) => count === height || (rows.step * count) % OUT === 0);
  const fits = (count: number): boolean => IN * IN * downOf(count) * across * depth <= MOST_TRANSFORMED;
  const count = whole.find(fits) ?? whole.at(-1) ?? height;
  return { rows: count, down: downOf(count), across };
}

/** How many taps of all places read inside of the image: on its border there are fewer. */
function tapsInside({ count, step, first, base, taps, end }: Slide): number {
  const reads = Array.from({ length: count * taps }, (_, i) => step * Math.floor(i / taps) + first + base + (i % taps));
  return reads.filter((at) => end === undefined || (at >= 0 && at < end)).length;
}

class Builder {
  private readonly kernel: Kernel;
  private readonly product: SlidingProduct;
  private readonly plan: Plan;
  private readonly tensors: Tensor[] = [];
  private nextId: number;
  private localEnd = 0;

  constructor(kernel: Kernel, product: SlidingProduct, plan: Plan, nextId: number) {
    this.kernel = kernel;
    this.product = product;
    this.plan = plan;
    this.nextId = nextId;
  }

  build(part: Part): FormedPart {
    const { channels, rows, samples } = this.product;
    const { down, across } = this.plan;
    const block: Axis = { id: `${rows.axes[0].id}w`, extent: dim.int(rows.count / this.plan.rows) };
    const shared = [...samples, block];
    const outer = this.panels();
    const depths = channels.map(({ extent }) => extent);
    const weights = this.transformedWeights();
    const images = this.local('images', [dim.int(IN * IN), dim.int(down * across), ...depths]);
    const products = this.local('products', [dim.int(IN * IN), dim.int(down * across), dim.int(PANEL)]);
    const results = this.local('results', [dim.int(OUT * down), dim.int(OUT * across), dim.int(PANEL)]);
    const before = this.transformImage(images, shared, block);
    // What one panel of features makes of the images stays in the first-level cache until its results are done.
    const repeated = [...shared, ...outer];
    const nests = [
      ...before,
      this.multiply(images, weights.tensor, products, repeated),
      this.transformResults(products, results, repeated),
      this.ownNest(results, repeated, block),
    ];
    const prepare: Part = { ...partOf(weights.nest), only: 'wasm' };
    const repeat = outer[0] && { axis: outer[0], from: before.length };
    return { parts: [prepare, { ...part, cpu: { nests, shared, repeat } }], tensors: this.tensors };
  }

  // ---- tensors -----------------------------------------------------------------------------------------------------

  private add(name: string, shape: readonly Dim[], place: Place, offset = 0, strides?: readonly number[]): Tensor {
    const own = rowMajor(shape);
    const tensor: Tensor = {
      id: this.nextId++,
      name,
      element: 'f32',
      shape,
      place,
      layout: { offset, strides: strides ?? own.strides },
    };
    this.tensors.push(tensor);
    return tensor;
  }

  /** Row-major, in the thread's own memory. */
  private local(name: string, shape: readonly Dim[]): Tensor {
    const tensor = this.add(name, shape, { kind: 'local' }, this.localEnd);
    this.localEnd += Math.ceil((dim.constant(dim.product(shape)) ?? 0) / PANEL) * PANEL;
    return tensor;
  }

  /** A part of a tensor under a name of its own: at `offset`, with these strides. */
  private within(whole: Tensor, shape: readonly Dim[], offset: number, strides: readonly number[]): Tensor {
    return this.add(whole.name, shape, whole.place, whole.layout.offset + offset, strides);
  }

  /** The sixteen slices along a dimension of 16. */
  private slices(whole: Tensor, dimension: number, shape: readonly Dim[], strides: readonly number[]): Tensor[] {
    return Array.from({ length: IN * IN }, (_, i) =>
      this.within(whole, shape, i * whole.layout.strides[dimension], strides),
    );
  }

  // ---- nests -------------------------------------------------------------------------------------------------------

  private nest(step: string, axes: readonly Axis[], stores: readonly Store[]): Kernel {
    return { label: `${this.kernel.label} (${step})`, axes, stores };
  }

  /** U = G w G', a 4x4 tile for each channel and feature, in panels: what is multiplied lies together. */
  private transformedWeights(): { tensor: Tensor; nest: Kernel } {
    const { channels } = this.product;
    const outer = this.panels();
    const axes = [...outer, ...channels, this.panel()];
    const extents = axes.map(({ extent }) => extent);
    const shape = [...extents.slice(0, outer.length), dim.int(IN * IN), ...extents.slice(outer.length)];
    const place: Place = { kind: 'stack', id: this.nextId++, elements: dim.product(shape) };
    const tensor = this.add(`${this.kernel.label} weights`, shape, place);
    const { strides } = tensor.layout;
    const others = [...strides.slice(0, outer.length), ...strides.slice(outer.length + 1)];
    const slices = this.slices(
      tensor,
      outer.length,
      axes.map(({ extent }) => extent),
      others,
    );
    const taps = [0, 1, 2].map((i) => [0, 1, 2].map((j) => this.product.weight(intExpr(i), intExpr(j))));
    const half = (list: readonly Expr[], signs: readonly number[]): Expr => times(combine(list, signs), 0.5);
    const widen = ([a, b, c]: readonly Expr[]): Expr[] => [
      a,
      half([a, b, c], [1, 1, 1]),
      half([a, b, c], [1, -1, 1]),
      c,
    ];
    const tall = [0, 1, 2].map((j) => widen(taps.map((row) => row[j])));
    const values = [0, 1, 2, 3].flatMap((i) => widen(tall.map((column) => column[i])));
    const indices = axes.map(axisExpr);
    const stores = values.map((value, i): Store => ({ tensor: slices[i].id, indices, value }));
    return { tensor, nest: { label: `${this.kernel.label}: weights transformed`, axes, stores } };
  }

  /** V = B' d B; from a copy of the work item's part of the image where that has a border, or has to be computed. */
  private transformImage(images: Tensor, shared: readonly Axis[], block: Axis): Kernel[] {
    const { channels } = this.product;
    const { down, across } = this.tiles();
    const place = (axis: Axis, i: number): Expr => simplify(sum(times(axisExpr(axis), OUT), intExpr(i)));
    const direct = this.imageAt(block, place(down, 3), place(across, 3));
    const copy = direct.kind === 'load' ? undefined : this.copyImage(shared, block);
    const read = (i: number, j: number): Expr => {
      const [row, column] = [place(down, i), place(across, j)];
      if (!copy) return this.imageAt(block, row, column);
      return { kind: 'load', type: 'f32', tensor: copy.border.id, indices: [row, column, ...channels.map(axisExpr)] };
    };
    const turn = (a: readonly Expr[]): Expr[] => [sub(a[0], a[2]), sum(a[1], a[2]), sub(a[2], a[1]), sub(a[1], a[3])];
    const four = [0, 1, 2, 3];
    const tall = four.map((j) => turn(four.map((i) => read(i, j))));
    const values = four.flatMap((i) => turn(tall.map((column) => column[i])));
    const axes = [down, across, ...channels];
    const [, tile, ...inner] = images.layout.strides;
    const slices = this.slices(
      images,
      0,
      axes.map(({ extent }) => extent),
      [this.plan.across * tile, tile, ...inner],
    );
    const indices = axes.map(axisExpr);
    const stores = values.map((value, i): Store => ({ tensor: slices[i].id, indices, value }));
    return [...(copy ? [copy.nest] : []), this.nest('tiles transformed', [...shared, ...axes], stores)];
  }

  /** The work item's part of the image with its border, zero where the image ends. */
  private copyImage(shared: readonly Axis[], block: Axis): { border: Tensor; nest: Kernel } {
    const { channels } = this.product;
    const row: Axis = { id: 'wr', extent: dim.int(OUT * this.plan.down + OUT) };
    const column: Axis = { id: 'wc', extent: dim.int(OUT * this.plan.across + OUT) };
    const axes = [row, column, ...channels];
    const border = this.local(
      'border',
      axes.map(({ extent }) => extent),
    );
    const value = this.imageAt(block, axisExpr(row), axisExpr(column));
    const nest = this.nest(
      'with its border',
      [...shared, ...axes],
      [{ tensor: border.id, indices: axes.map(axisExpr), value }],
    );
    return { border, nest };
  }

  /** The image at a row and a column of the work item's part, zero outside. */
  private imageAt(block: Axis, row: Expr, column: Expr): Expr {
    const { rows, columns, image } = this.product;
    const first = sum(times(axisExpr(block), rows.step * this.plan.rows), intExpr(rows.first + rows.base));
    const across = sum(column, intExpr(columns.first + columns.base));
    const { conditions, value } = image(simplify(sum(first, row)), simplify(across));
    return guard(all(...conditions), value, { kind: 'const', type: 'f32', value: 0 });
  }

  /** M = U V, sixteen matrix products over the channels. */
  private multiply(images: Tensor, weights: Tensor, products: Tensor, shared: readonly Axis[]): Kernel {
    const { channels } = this.product;
    const outer = this.panels();
    const panel = this.panel();
    const frequency: Axis = { id: 'wf', extent: dim.int(IN * IN) };
    const tile: Axis = { id: 'wt', extent: dim.int(this.plan.down * this.plan.across) };
    const inside = channels.map(axisExpr);
    const image: Expr = {
      kind: 'load',
      type: 'f32',
      tensor: images.id,
      indices: [axisExpr(frequency), axisExpr(tile), ...inside],
    };
    const weight: Expr = {
      kind: 'load',
      type: 'f32',
      tensor: weights.id,
      indices: [...outer.map(axisExpr), axisExpr(frequency), ...inside, axisExpr(panel)],
    };
    const value: Expr = { kind: 'reduce', type: 'f32', combine: 'sum', axes: channels, body: product(image, weight) };
    const axes = [frequency, tile, panel];
    return this.nest('products', [...shared, ...axes], [{ tensor: products.id, indices: axes.map(axisExpr), value }]);
  }

  /** Y = A' M A. */
  private transformResults(products: Tensor, results: Tensor, shared: readonly Axis[]): Kernel {
    const { down, across } = this.tiles();
    const [frequency, tile, ...inner] = products.layout.strides;
    const view = this.within(products, [dim.int(IN * IN), down.extent, across.extent, ...products.shape.slice(2)], 0, [
      frequency,
      this.plan.across * tile,
      tile,
      ...inner,
    ]);
    const axes = [down, across, this.panel()];
    const indices = axes.map(axisExpr);
    const read = (i: number, j: number): Expr => ({
      kind: 'load',
      type: 'f32',
      tensor: view.id,
      indices: [intExpr(IN * i + j), ...indices],
    });
    const turn = (a: readonly Expr[]): Expr[] => [sum(sum(a[0], a[1]), a[2]), sub(sub(a[1], a[2]), a[3])];
    const four = [0, 1, 2, 3];
    const tall = four.map((j) => turn(four.map((i) => read(i, j))));
    const [row, column, ...own] = results.layout.strides;
    const stores = [0, 1].flatMap((i) =>
      turn(tall.map((each) => each[i])).map((value, j): Store => {
        const shape = axes.map(({ extent }) => extent);
        const place = this.within(results, shape, i * row + j * column, [OUT * row, OUT * column, ...own]);
        return { tensor: place.id, indices, value };
      }),
    );
    return this.nest('results', [...shared, ...axes], stores);
  }

  /** The nest as it was, each of its sums read from the results. */
  private ownNest(results: Tensor, shared: readonly Axis[], block: Axis): Kernel {
    const { rows, columns, sums } = this.product;
    const [row] = rows.axes;
    const within: Axis = { id: `${row.id}i`, extent: dim.int(this.plan.rows) };
    const places = new Map(
      sums.map(({ reduce, ...at }): [string, Expr] => [
        keyOf(reduce),
        {
          kind: 'load',
          type: 'f32',
          tensor: results.id,
          indices: [
            simplify(sum(times(axisExpr(within), rows.step), intExpr(at.row - rows.first))),
            simplify(sum(columns.place, intExpr(at.column - columns.first))),
            axisExpr(this.panel()),
          ],
        },
      ]),
    );
    const whole = simplify(sum(times(axisExpr(block), this.plan.rows), axisExpr(within)));
    const rename = new Map([[row.id, whole]]);
    const replace = rewriter((expr) => (expr.kind === 'reduce' ? (places.get(keyOf(expr)) ?? expr) : expr));
    const rewrite = (expr: Expr): Expr => simplify(substituteAxes(replace(expr), rename));
    const stores = mapStores(this.kernel.stores, rewrite);
    return this.nest('own', [...shared, within, ...columns.axes, this.panel()], stores);
  }

  /** The features of one panel, and the panels. */
  private panel(): Axis {
    return this.product.features[this.product.features.length - 1];
  }

  private panels(): readonly Axis[] {
    return this.product.features.slice(0, -1);
  }

  private tiles(): { down: Axis; across: Axis } {
    return {
      down: { id: 'wd', extent: dim.int(this.plan.down) },
      across: { id: 'wa', extent: dim.int(this.plan.across) },
    };
  }
}

const sum = (a: Expr, b: Expr): Expr => apply('add', a, b);
const sub = (a: Expr, b: Expr): Expr => apply('sub', a, b);
const product = (a: Expr, b: Expr): Expr => apply('mul', a, b);
const times = (a: Expr, by: number): Expr =>
  product(a, { kind: 'const', type: a.type === 'f32' ? 'f32' : 'i32', value: by });

/** The sum of the terms with their signs. */
function combine(terms: readonly Expr[], signs: readonly number[]): Expr {
  return terms.slice(1).reduce((all, term, i) => (signs[i + 1] > 0 ? sum(all, term) : sub(all, term)), terms[0]);
}
