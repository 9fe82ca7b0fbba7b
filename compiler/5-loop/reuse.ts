/**
 * What a tile of a sum of products has to load: loads whose addresses coincide within the tile count once. This is what
 * tells a good tile from a bad one, whatever the operator: neighbouring positions of a convolution share most of what
 * their windows read, rows of a matrix product share the columns.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { affineAddress, loadsIn, tensorOf } from './address.ts';
import { type Affine, coefficientOf } from './affine.ts';
import type { Tensor } from './kernel.ts';
import { conjuncts, pullGuards } from './simplify.ts';
import { axesOf, keyOf } from './walk.ts';

type Reduce = Extract<Expr, { kind: 'reduce' }>;

/** How many consecutive values of each variable one pass of the innermost loop covers; 1 where it is not named. */
export type Box = ReadonlyMap<string, number>;

export interface Reuse {
  /** Accumulators. */
  readonly sums: number;
  /** Products that one pass adds to them. */
  readonly products: number;
  /** Loads of single elements, and of four lanes. */
  readonly loads: number;
  readonly vectorLoads: number;
  /** Loads (of either kind) behind a condition that differs within the tile. */
  readonly guarded: number;
}

interface Access {
  readonly address: Affine;
  readonly axes: ReadonlySet<string>;
  /** What has to hold for it to be read, as far as a tile cannot decide it beforehand. */
  readonly conditions: readonly Expr[];
}

/** The reductions of a kernel, prepared for counting many tiles. */
export class ReuseCounter {
  private readonly reductions: readonly Reduce[];
  private readonly accesses: readonly Access[];
  private readonly extents: ReadonlyMap<string, number | undefined>;
  private readonly lane: string | undefined;

  constructor(
    reductions: readonly Reduce[],
    axes: readonly Axis[],
    lane: Axis | undefined,
    tensors: ReadonlyMap<number, Tensor>,
  ) {
    this.reductions = reductions;
    this.lane = lane?.id;
    const all = [...axes, ...reductions.flatMap((reduction) => reduction.axes)];
    this.extents = new Map(all.map((axis) => [axis.id, dim.constant(axis.extent)]));
    const accesses = new Map<string, Access>();
    for (const reduction of reductions) {
      const { conditions, value } = pullGuards(reduction.body);
      for (const load of loadsIn([value])) {
        const address = affineAddress(tensorOf(tensors, load.tensor), load.indices);
        accesses.set(keyOf(load), { address, axes: axesOf(load), conditions: conditions.flatMap(conjuncts) });
      }
    }
    this.accesses = [...accesses.values()];
  }

  count(box: Box, lanes: number): Reuse {
    let [sums, products] = [0, 0];
    for (const { axes, body } of this.reductions) {
      const bound = new Set(axes.map((axis) => axis.id));
      const free = axesOf(body);
      const sizes = [...box].filter(([id]) => free.has(id) || bound.has(id));
      products += sizes.reduce((n, [, size]) => n * size, 1);
      sums += sizes.reduce((n, [id, size]) => (bound.has(id) ? n : n * size), 1);
    }
    let [loads, vectorLoads, guarded] = [0, 0, 0];
    for (const access of this.accesses) {
      const wide = this.lane !== undefined && coefficientOf(access.address, this.lane) === 1;
      const count = distinct(access, box, wide ? this.lane : undefined) * (wide ? lanes / 4 : 1);
      if (wide) vectorLoads += count;
      else loads += count;
      if (access.conditions.some((condition) => this.differs(condition, box) && sharesAxis(condition, access))) {
        guarded += count;
      }
    }
    return { sums, products, loads, vectorLoads, guarded };
  }

  /** True where a condition holds for some of a tile's elements only, and the tile does not tell for which. */
  private differs(condition: Expr, box: Box): boolean {
    const axes = [...axesOf(condition)];
    const inside = axes.some((id) => (box.get(id) ?? 1) > 1);
    return inside && axes.some((id) => (box.get(id) ?? 1) !== this.extents.get(id));
  }
}

const sharesAxis = (condition: Expr, access: Access): boolean =>
  [...axesOf(condition)].some((id) => access.axes.has(id));

/** How many addresses an access has within the box. */
function distinct({ address, axes }: Access, box: Box, except: string | undefined): number {
  let [offsets, factor] = [new Set([0]), 1];
  for (const [id, size] of box) {
    if (size === 1 || id === except || !axes.has(id)) continue;
    const step = coefficientOf(address, id);
    if (step === undefined) factor *= size;
    else offsets = new Set([...offsets].flatMap((at) => Array.from({ length: size }, (_, i) => at + i * step)));
  }
  return offsets.size * factor;
}
