/**
 * Winograd's minimal filtering for the CPU: neighbouring sums of a sliding product from fewer products, four of a 3x3 kernel
 * from 16 instead of 36, nine from 25 instead of 81. (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
 * 2015.) A sample's image is copied with its border, cut into overlapping tiles and transformed; the products are matrix
 * products over the channels; the results are transformed back and the nest's own expression is computed from them. The
 * weights are transformed by a nest of their own. The gradient of weights is a sliding product as well, of samples, over which
 * is summed, in the place of channels. Not for GPUs, where the transforms would need memory that a workgroup shares.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { all, apply, guard } from '../ops/lowering.ts';
import { type FormedPart, type Part, partOf } from './dispatch.ts';
import { type Kernel, mapStores, type Store, type Tensor } from './kernel.ts';
import { inVectors, LANES } from './lanes.ts';
import { simplify } from './simplify.ts';
import { type SlidingProduct, slidingProduct } from './sliding-product.ts';
import { splitParallel } from './split-axes.ts';
import { product, square, sum, times, transform } from './tile-transform.ts';
import { axisExpr, intExpr, keyOf, rewriter, sizeExpr, substituteAxes } from './walk.ts';
import { WinogradMemory } from './winograd-memory.ts';
import { type Cut, imageLength, PANEL, planOf, productsOf } from './winograd-plan.ts';

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
  const groups = planOf(found)?.plan.groups;
  if (groups === undefined) return undefined;
  const split = withPanels(whole, found, groups);
  const product = split && slidingProduct(split, tensors);
  const chosen = product && planOf(product);
  if (!split || !product || !chosen || product.features.length > (groups > 1 ? 3 : 2)) return undefined;
  const { plan, least } = chosen;
  return new Builder(split, product, plan, nextId).build({ ...partOf(kernel), least });
}

/** The nest with its features counted in panels, and these in groups; undefined where they don't divide into them. */
function withPanels(kernel: Kernel, { features }: SlidingProduct, groups: number): Kernel | undefined {
  const last = features.at(-1);
  const extent = last && dim.constant(last.extent);
  if (extent === PANEL && groups === 1) return kernel;
  if (!last || extent === undefined || extent % PANEL !== 0) return undefined;
  return splitParallel(kernel, last, [...(groups > 1 ? [groups] : []), extent / PANEL / groups, PANEL]);
}

class Builder extends WinogradMemory {
  build(part: Part): FormedPart {
    const shared = [...this.samples.shared, this.block, ...this.groups()];
    const weights = this.transformedWeights();
    const { images, nests, before } = this.summed.shared.length > 0 ? this.imagesOfAll() : this.imagesWithin(shared);
    // What one panel of features makes of the images stays in the first-level cache until its results are done.
    const outer = this.plan.byFrequency ? [] : this.panels();
    const repeated = [...shared, ...outer];
    const inner = this.innerPanels().map(({ extent }) => extent);
    const products = this.local('products', [this.frequencies(), ...inner, this.tileCount(), dim.int(PANEL)]);
    const { down, across, rows, columns } = this.plan;
    const results = this.local('results', [
      ...this.samples.within.map(({ extent }) => extent),
      ...inner,
      dim.int(rows.step * down),
      dim.int(columns.step * across),
      dim.int(PANEL),
    ]);
    const all = [
      ...nests,
      this.multiply(images, weights.tensor, products, repeated),
      this.transformResults(products, results, repeated),
      this.ownNest(results, repeated),
    ];
    const prepare = [weights.nest, ...before].map((nest) => ({
      ...partOf(nest),
      only: 'wasm' as const,
      least: part.least,
    }));
    const repeat = outer[0] && { axis: outer[0], from: nests.length, to: all.length };
    return { parts: [...prepare, { ...part, cpu: { nests: all, shared, repeat } }], tensors: this.tensors };
  }

  /** A nest of the part; what belongs to samples that are not there is left out. */
  private nest(step: string, axes: readonly Axis[], stores: readonly Store[], where = this.samples.there): Kernel {
    return { label: `${this.kernel.label} (${step})`, axes, stores, ...(where ? { where } : {}) };
  }

  /** U = G w G', a tile for each channel and feature, in panels: what is multiplied lies together. */
  private transformedWeights(): { tensor: Tensor; nest: Kernel } {
    const { rows, columns, weight } = this.product;
    const { shared, within, replace } = this.summed;
    const { rows: down, columns: across } = this.plan;
    const [groups, panels] = [this.groups(), this.panels()];
    const axes = [...shared, ...groups, ...panels, ...within, this.panel()];
    const frequencies = this.frequencies();
    const outer = this.aroundDepths(({ extent }) => extent, frequencies);
    const { vector, lane } = inVectors(this.panel());
    const tensor = this.common('weights', [...outer, dim.int(PANEL / LANES)], [dim.int(LANES)]);
    const indices = [...[...shared, ...groups, ...panels].map(axisExpr), vector, ...within.map(axisExpr), lane];
    const slices = this.slices(tensor, shared.length + outer.indexOf(frequencies));
    const taps = Array.from({ length: rows.taps }, (_, i) =>
      Array.from({ length: columns.taps }, (_, j) => substituteAxes(weight(intExpr(i), intExpr(j)), replace)),
    );
    const values = transform(down.taps, across.taps, taps).flat();
    return { tensor, nest: this.prepared('weights', axes, storesTo(slices, indices, values)) };
  }

  /** V = B' d B of a work item's images; from a copy of its part of the image where that has a border, or has to be computed. */
  private imagesWithin(shared: readonly Axis[]): Images {
    const { channels } = this.product;
    const { down, across } = this.tiles();
    const { rows, columns } = this.plan;
    const { within } = this.samples;
    const depths = channels.map(({ extent }) => extent);
    const images = this.local('images', [this.frequencies(), this.tileCount(), ...depths]);
    const place = (cut: Cut, axis: Axis, i: number): Expr => simplify(sum(times(axisExpr(axis), cut.step), intExpr(i)));
    const last = this.imageAt(
      place(rows, down, imageLength(rows) - 1),
      place(columns, across, imageLength(columns) - 1),
    );
    const copy = last.kind === 'load' ? undefined : this.copyImage(shared);
    const read = (i: number, j: number): Expr => {
      const [row, column] = [place(rows, down, i), place(columns, across, j)];
      if (!copy) return this.imageAt(row, column);
      const indices = [...within.map(axisExpr), row, column, ...channels.map(axisExpr)];
      return { kind: 'load', type: 'f32', tensor: copy.border.id, indices };
    };
    const values = transform(rows.image, columns.image, square(imageLength(rows), imageLength(columns), read)).flat();
    const axes = [...within, down, across, ...channels];
    const [, tile, ...inner] = images.layout.strides;
    const slices = this.slices(images, 0, axes, [...this.tileStrides(tile), ...inner]);
    const nest = this.nest('tiles transformed', [...shared, ...axes], storesTo(slices, axes.map(axisExpr), values));
    return { images, nests: [...(copy ? [copy.nest] : []), nest], before: [] };
  }

  /** The same of all images at once, where the sum is over them: one tile of each. */
  private imagesOfAll(): Images {
    const { samples } = this.product;
    const { rows, columns } = this.plan;
    const { shared, within, replace } = this.summed;
    const images = this.common(
      'images',
      [this.frequencies()],
      samples.map(({ extent }) => extent),
    );
    const axes = [...shared, ...within, ...samples];
    const read = (i: number, j: number): Expr => substituteAxes(this.imageOf(intExpr(i), intExpr(j)), replace);
    const values = transform(rows.image, columns.image, square(imageLength(rows), imageLength(columns), read)).flat();
    const slices = this.slices(images, shared.length, axes);
    return { images, nests: [], before: [this.prepared('images', axes, storesTo(slices, axes.map(axisExpr), values))] };
  }

  /** A nest that runs before the part. */
  private prepared(what: string, axes: readonly Axis[], stores: readonly Store[]): Kernel {
    const { there } = this.summed;
    const label = `${this.kernel.label}: ${what} transformed`;
    return { label, axes, stores, ...(there ? { where: there } : {}) };
  }

  /** The work item's part of the image with its border, zero where the image ends. */
  private copyImage(shared: readonly Axis[]): { border: Tensor; nest: Kernel } {
    const { channels } = this.product;
    const { down, across, rows, columns } = this.plan;
    const length = (cut: Cut, tiles: number): Dim => dim.int(cut.step * (tiles - 1) + imageLength(cut));
    const row: Axis = { id: 'wr', extent: length(rows, down) };
    const column: Axis = { id: 'wc', extent: length(columns, across) };
    const axes = [...this.samples.within, row, column, ...channels];
    const border = this.local(
      'border',
      axes.map(({ extent }) => extent),
    );
    const value = this.imageAt(axisExpr(row), axisExpr(column));
    const nest = this.nest(
      'with its border',
      [...shared, ...axes],
      [{ tensor: border.id, indices: axes.map(axisExpr), value }],
    );
    return { border, nest };
  }

  /** The image at a row and a column of the work item's part, zero outside. */
  private imageAt(row: Expr, column: Expr): Expr {
    return substituteAxes(this.imageOf(row, column), this.samples.replace);
  }

  /** The same for the samples as the nest counts them. */
  private imageOf(row: Expr, column: Expr): Expr {
    const { rows: slide, image } = this.product;
    const { rows, columns, rowCount } = this.plan;
    const first = sum(times(axisExpr(this.block), slide.step * rowCount), intExpr(rows.imageFrom));
    const { conditions, value } = image(simplify(sum(first, row)), simplify(sum(column, intExpr(columns.imageFrom))));
    return guard(all(...conditions), value, ZERO);
  }

  /** M = U V, matrix products over the channels. */
  private multiply(images: Tensor, weights: Tensor, products: Tensor, shared: readonly Axis[]): Kernel {
    const { together, down, across } = this.plan;
    const { shared: blocks, within: depths, there } = this.summed;
    const panel = this.panel();
    const frequency: Axis = { id: 'wf', extent: this.frequencies() };
    const tile: Axis = { id: 'wt', extent: this.tileCount() };
    const load = (tensor: number, ...indices: Expr[]): Expr => ({ kind: 'load', type: 'f32', tensor, indices });
    const [block, deep] = [blocks, depths].map((axes) => axes.map(axisExpr));
    const f = axisExpr(frequency);
    const [group] = this.samples.shared;
    const sample = (): Expr =>
      simplify(sum(times(axisExpr(group), together), apply('idiv', axisExpr(tile), intExpr(down * across))));
    const image =
      blocks.length > 0 ? load(images.id, ...block, f, ...deep, sample()) : load(images.id, f, axisExpr(tile), ...deep);
    const { vector, lane } = inVectors(panel);
    const weight = load(weights.id, ...block, ...this.aroundDepths(axisExpr, f), vector, ...deep, lane);
    const value: Expr = {
      kind: 'reduce',
      type: 'f32',
      combine: 'sum',
      axes: [...blocks, ...depths],
      body: there ? guard(there, product(image, weight), ZERO) : product(image, weight),
    };
    const axes = [frequency, ...this.innerPanels(), tile, panel];
    const where = this.samples.there && apply('lt', sample(), sizeExpr(this.product.samples[0].extent));
    const stores = [{ tensor: products.id, indices: axes.map(axisExpr), value }];
    return this.nest('products', [...shared, ...axes], stores, where);
  }

  /** Y = A' M A. */
  private transformResults(products: Tensor, results: Tensor, shared: readonly Axis[]): Kernel {
    const { rows, columns } = this.plan;
    const { within } = this.samples;
    const { down, across } = this.tiles();
    const panels = this.innerPanels();
    const axes = [...within, ...panels, down, across, this.panel()];
    const shape = axes.map(({ extent }) => extent);
    const [frequency, ...others] = products.layout.strides;
    const [ofPanels, [tile, ...inner]] = [others.slice(0, panels.length), others.slice(panels.length)];
    const tiles = this.tileStrides(tile);
    const view = this.within(products, [this.frequencies(), ...shape], 0, [
      frequency,
      ...tiles.slice(0, within.length),
      ...ofPanels,
      ...tiles.slice(within.length),
      ...inner,
    ]);
    const indices = axes.map(axisExpr);
    const wide = productsOf(columns);
    const read = (i: number, j: number): Expr => ({
      kind: 'load',
      type: 'f32',
      tensor: view.id,
      indices: [intExpr(wide * i + j), ...indices],
    });
    const values = transform(rows.results, columns.results, square(productsOf(rows), wide, read));
    const before = within.length + panels.length;
    const outer = results.layout.strides.slice(0, before);
    const [row, column, ...own] = results.layout.strides.slice(before);
    const stores = values.flatMap((line, i) =>
      line.map((value, j): Store => {
        const strides = [...outer, rows.step * row, columns.step * column, ...own];
        return { tensor: this.within(results, shape, i * row + j * column, strides).id, indices, value };
      }),
    );
    return this.nest('results', [...shared, ...axes], stores);
  }

  /** The nest as it was, each of its sums read from the results. */
  private ownNest(results: Tensor, shared: readonly Axis[]): Kernel {
    const { rows, columns, sums } = this.product;
    const { rows: down, columns: across, rowCount } = this.plan;
    const [row] = rows.axes;
    const within: Axis = { id: `${row.id}i`, extent: dim.int(rowCount) };
    const places = new Map(
      sums.map(({ reduce, ...at }): [string, Expr] => [
        keyOf(reduce),
        {
          kind: 'load',
          type: 'f32',
          tensor: results.id,
          indices: [
            ...this.samples.within.map(axisExpr),
            ...this.innerPanels().map(axisExpr),
            simplify(sum(times(axisExpr(within), rows.step), intExpr(at.row - down.resultFrom))),
            simplify(sum(columns.place, intExpr(at.column - across.resultFrom))),
            axisExpr(this.panel()),
          ],
        },
      ]),
    );
    const whole = simplify(sum(times(axisExpr(this.block), rowCount), axisExpr(within)));
    const rename = new Map([...this.samples.replace, [row.id, whole]]);
    const replace = rewriter((expr) => (expr.kind === 'reduce' ? (places.get(keyOf(expr)) ?? expr) : expr));
    const rewrite = (expr: Expr): Expr => simplify(substituteAxes(replace(expr), rename));
    const stores = mapStores(this.kernel.stores, rewrite);
    const inner = [...this.samples.within, ...this.innerPanels(), within, ...columns.axes];
    return this.nest('own', [...shared, ...inner, this.panel()], stores);
  }
}

interface Images {
  readonly images: Tensor;
  /** Nests of the part, and nests that run before it. */
  readonly nests: readonly Kernel[];
  readonly before: readonly Kernel[];
}

const ZERO: Expr = { kind: 'const', type: 'f32', value: 0 };

const storesTo = (tensors: readonly Tensor[], indices: readonly Expr[], values: readonly Expr[]): Store[] =>
  values.map((value, i) => ({ tensor: tensors[i].id, indices, value }));
