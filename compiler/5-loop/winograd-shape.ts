/**
 * What Winograd's products are counted by: samples in blocks, features in panels, tiles and frequencies. The nests over these
 * are `winograd.ts`'s.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { apply } from '../ops/lowering.ts';
import type { Kernel } from './kernel.ts';
import { isBatch } from './register-tile.ts';
import type { SlidingProduct } from './sliding-product.ts';
import { splitAxis } from './split-axes.ts';
import { sum, times } from './tile-transform.ts';
import { axisExpr, sizeExpr } from './walk.ts';
import { type Plan, productsOf } from './winograd-plan.ts';

/** Samples that are summed over, side by side in memory. */
export const SUMMED = 32;

/** Samples in blocks: what numbers these, what runs inside of one, and a sample in terms of both. */
interface Samples {
  readonly shared: readonly Axis[];
  readonly within: readonly Axis[];
  readonly replace: ReadonlyMap<string, Expr>;
  /** Holds for the samples that there are; undefined where all are. */
  readonly there: Expr | undefined;
}

function inBlocks(samples: readonly Axis[], together: number): Samples {
  const [axis] = samples;
  if (together === 1) return { shared: samples, within: [], replace: new Map(), there: undefined };
  const extent = dim.constant(axis.extent);
  if (extent !== undefined) {
    const { axes, value } = splitAxis(axis, [extent / together, together]);
    return { shared: [axes[0]], within: [axes[1]], replace: new Map([[axis.id, value]]), there: undefined };
  }
  const outer: Axis = { id: `${axis.id}b`, extent: dim.ceilDiv(axis.extent, dim.int(together)) };
  const inner: Axis = { id: `${axis.id}i`, extent: dim.int(together) };
  const sample = sum(times(axisExpr(outer), together), axisExpr(inner));
  const there = apply('lt', sample, sizeExpr(axis.extent));
  return { shared: [outer], within: [inner], replace: new Map([[axis.id, sample]]), there };
}

export class WinogradShape {
  protected readonly kernel: Kernel;
  protected readonly product: SlidingProduct;
  protected readonly plan: Plan;
  protected readonly samples: Samples;
  /** What is summed over beside the taps: channels, in no blocks; or samples. */
  protected readonly summed: Samples;
  protected readonly block: Axis;

  constructor(kernel: Kernel, product: SlidingProduct, plan: Plan) {
    this.kernel = kernel;
    this.product = product;
    this.plan = plan;
    this.samples = inBlocks(product.samples, plan.together);
    this.summed = isBatch(product.channels[0])
      ? inBlocks(product.channels, SUMMED)
      : { shared: [], within: product.channels, replace: new Map(), there: undefined };
    const { rows } = product;
    this.block = { id: `${rows.axes[0].id}w`, extent: dim.int(rows.count / plan.rowCount) };
  }

  /** The features of one panel, the panels of a group, and the groups. */
  protected panel(): Axis {
    return this.product.features[this.product.features.length - 1];
  }

  protected panels(): readonly Axis[] {
    const { features } = this.product;
    return features.slice(this.groups().length, -1);
  }

  protected groups(): readonly Axis[] {
    return this.plan.groups > 1 ? this.product.features.slice(0, 1) : [];
  }

  /** What stands for groups, panels and frequencies, in the order in which transformed weights lie around the channels. */
  protected aroundDepths<T>(of: (axis: Axis) => T, frequency: T): T[] {
    const [groups, panels] = [this.groups(), this.panels()].map((axes) => axes.map(of));
    return this.plan.byFrequency ? [...groups, frequency, ...panels] : [...groups, ...panels, frequency];
  }

  /** The panels of which a nest computes one after the other. */
  protected innerPanels(): readonly Axis[] {
    return this.plan.byFrequency ? this.panels() : [];
  }

  protected tiles(): { down: Axis; across: Axis } {
    return {
      down: { id: 'wd', extent: dim.int(this.plan.down) },
      across: { id: 'wa', extent: dim.int(this.plan.across) },
    };
  }

  protected tileCount(): Dim {
    return dim.int(this.plan.together * this.plan.down * this.plan.across);
  }

  /** How far samples, and tiles down and across, lie apart where tiles do by `tile`. */
  protected tileStrides(tile: number): number[] {
    const { down, across } = this.plan;
    return [...this.samples.within.map(() => down * across * tile), across * tile, tile];
  }

  /** Products of one tile. */
  protected frequencies(): Dim {
    return dim.int(productsOf(this.plan.rows) * productsOf(this.plan.columns));
  }
}
