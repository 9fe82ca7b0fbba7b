/**
 * What a tile of a nest has to load: loads whose addresses coincide within the tile count once. This is what tells a good
 * tile from a bad one, whatever the operator: neighbouring positions of a convolution share most of what their windows read,
 * rows of a matrix product share the columns, a window's elements share its gradient.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { affineAddress, loadsIn, tensorOf } from './address.ts';
import { coefficientOf, fromAffine } from './affine.ts';
import { type Counts, Places, type Span } from './distinct.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { LANES } from './lanes.ts';
import { conjuncts, pullGuards } from './simplify.ts';
import { axesOf, children, intExpr, isIndexArithmetic, keyOf, rewriter } from './walk.ts';

type Load = Extract<Expr, { kind: 'load' }>;
type Reduce = Extract<Expr, { kind: 'reduce' }>;

/** How many consecutive values of each variable one pass of the innermost loop covers; 1 where it is not named. */
export type Box = ReadonlyMap<string, number>;

/** Accesses of single elements, and of four lanes. */
export interface Loads {
  readonly single: number;
  readonly fours: number;
}

export interface Reuse {
  /** Accumulators. */
  readonly sums: number;
  /** Products (or whatever is folded) that one pass adds to them. */
  readonly products: number;
  /** What one pass loads, and what is loaded once, outside of the loops. */
  readonly inside: Loads;
  readonly outside: Loads;
  /** What is stored. */
  readonly stores: Loads;
  /** Factors that one pass chooses, or zero in their place. */
  readonly choices: number;
}

const NONE: Loads = { single: 0, fours: 0 };

/** Less than any tile loads and chooses. */
export const NO_LOADS: Omit<Reuse, 'sums' | 'products'> = { inside: NONE, outside: NONE, stores: NONE, choices: 0 };

/** Accesses of one tensor whose addresses differ by constants. */
interface Access {
  /** Whether the lanes lie side by side. */
  readonly wide: boolean;
  readonly places: Places;
}

/** A factor that is zero where conditions do not hold. */
interface Choice {
  /** Whether it asks memory, and is a choice in any tile. */
  readonly always: boolean;
  readonly conditions: readonly Expr[];
  readonly places: Places;
}

/** What varies within a tile: in all, and in what loads its lanes together. */
interface Spans {
  readonly all: readonly Span[];
  readonly others: readonly Span[];
}

/** The accesses of a kernel, prepared for counting many tiles. */
export class ReuseCounter {
  /** The axes that each sums over, and those that it depends on. */
  private readonly reductions: readonly { readonly bound: ReadonlySet<string>; readonly free: ReadonlySet<string> }[];
  private readonly extents: ReadonlyMap<string, number | undefined>;
  private readonly lane: string | undefined;
  private readonly counts: Counts;
  private readonly inside: AccessList;
  private readonly outside: AccessList;
  private readonly stores: AccessList;
  private readonly choices: Choice[] = [];

  constructor(
    { axes, stores }: Kernel,
    reductions: readonly Reduce[],
    lane: Axis | undefined,
    tensors: ReadonlyMap<number, Tensor>,
    counts: Counts,
  ) {
    this.counts = counts;
    [this.inside, this.outside, this.stores] = [0, 1, 2].map(() => new AccessList(lane?.id, counts));
    this.reductions = reductions.map(({ axes: own, body }) => ({
      bound: new Set(own.map(({ id }) => id)),
      free: axesOf(body),
    }));
    this.lane = lane?.id;
    const all = [...axes, ...reductions.flatMap((reduction) => reduction.axes)];
    this.extents = new Map(all.map((axis) => [axis.id, dim.constant(axis.extent)]));
    for (const { body } of reductions) {
      const { conditions, value } = pullGuards(body);
      for (const load of loadsIn([value])) this.inside.add(load, tensors);
      for (const factor of factorsOf(value)) this.addChoice(factor, conditions.flatMap(conjuncts));
    }
    const epilogue = rewriter((expr) => (expr.kind === 'reduce' ? intExpr(0) : expr));
    for (const load of loadsIn(stores.map(({ value }) => epilogue(value)))) this.outside.add(load, tensors);
    for (const { tensor, indices } of stores) {
      this.stores.add({ kind: 'load', type: 'f32', tensor, indices }, tensors);
    }
  }

  /** `box`: what is computed, with the positions of the reductions that are written out. */
  arithmetic(box: Box): Pick<Reuse, 'sums' | 'products'> {
    let [sums, products] = [0, 0];
    for (const { bound, free } of this.reductions) {
      let [rows, unrolled] = [1, 1];
      for (const [id, size] of box) {
        if (bound.has(id)) unrolled *= size;
        else if (free.has(id)) rows *= size;
      }
      products += rows * unrolled;
      sums += rows;
    }
    return { sums, products };
  }

  /**
   * `rows`: the box of what is computed, without such positions. Undefined as soon as some of what one pass loads is `tooMuch`:
   * of most tiles that is known long before all is counted.
   */
  loads(
    rows: Box,
    box: Box,
    tooMuch: (inside: Loads) => boolean,
  ): Pick<Reuse, 'inside' | 'outside' | 'stores'> | undefined {
    const inside = this.accesses(this.inside, box, this.spansOf(box), tooMuch);
    if (!inside) return undefined;
    const around = this.spansOf(rows);
    const [outside, stores] = [this.outside, this.stores].map((list) => this.accesses(list, rows, around) ?? NONE);
    return { inside, outside, stores };
  }

  /** Factors that one pass chooses. */
  chosen(box: Box): number {
    const made = this.choices.filter(
      ({ always, conditions }) => always || conditions.some((each) => this.differs(each, box)),
    );
    const { others } = this.spansOf(box);
    return made.reduce((sum, { places }) => sum + places.count(others), 0);
  }

  private addChoice(factor: Expr, all: readonly Expr[]): void {
    const axes = axesOf(factor);
    const conditions = all.filter((condition) => [...axesOf(condition)].some((id) => axes.has(id)));
    const always = factor.kind === 'apply' && factor.fn === 'select';
    if (!always && conditions.length === 0) return;
    const places = new Places([factor, ...conditions].flatMap(indicesIn), this.counts);
    places.addAt(0);
    this.choices.push({ always, conditions, places });
  }

  private accesses(
    list: AccessList,
    box: Box,
    spans: Spans,
    tooMuch: (loads: Loads) => boolean = () => false,
  ): Loads | undefined {
    let [single, fours] = [0, 0];
    for (const { wide, places } of list.all()) {
      const count = places.count(wide ? spans.others : spans.all);
      if (wide && this.lane !== undefined) fours += (count * (box.get(this.lane) ?? 1)) / LANES;
      else single += count;
      if (tooMuch({ single, fours })) return undefined;
    }
    return { single, fours };
  }

  private spansOf(box: Box): Spans {
    const all: Span[] = [];
    for (const [id, size] of box) if (size > 1) all.push({ id, size, whole: size === this.extents.get(id) });
    return { all, others: all.filter(({ id }) => id !== this.lane) };
  }

  /** True where a condition holds for some of a tile's elements only, and the tile does not tell for which. */
  private differs(condition: Expr, box: Box): boolean {
    const axes = [...axesOf(condition)];
    const inside = axes.some((id) => (box.get(id) ?? 1) > 1);
    return inside && axes.some((id) => (box.get(id) ?? 1) !== this.extents.get(id));
  }
}

class AccessList {
  private readonly found = new Map<string, Access>();
  private readonly lane: string | undefined;
  private readonly counts: Counts;

  constructor(lane: string | undefined, counts: Counts) {
    this.lane = lane;
    this.counts = counts;
  }

  add(load: Load, tensors: ReadonlyMap<number, Tensor>): void {
    const address = affineAddress(tensorOf(tensors, load.tensor), load.indices);
    const expr = fromAffine({ ...address, constant: 0 });
    const key = `${load.tensor}[${keyOf(expr)}]`;
    const access = this.found.get(key) ?? {
      wide: this.lane !== undefined && coefficientOf(address, this.lane) === 1,
      places: new Places([expr], this.counts),
    };
    access.places.addAt(address.constant);
    this.found.set(key, access);
  }

  all(): Iterable<Access> {
    return this.found.values();
  }
}

const factorsOf = (value: Expr): readonly Expr[] =>
  value.kind === 'apply' && value.fn === 'mul' ? value.args.flatMap(factorsOf) : [value];

/** The numbers that an expression is asked for by, each as a whole. */
function indicesIn(expr: Expr): readonly Expr[] {
  return expr.type === 'i32' && isIndexArithmetic(expr) ? [expr] : children(expr).flatMap(indicesIn);
}
