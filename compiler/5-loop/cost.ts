/**
 * What nests cost, counted before anything runs: arithmetic, multiply-adds, the distinct elements of each tensor that they
 * touch. At most that much: every guard counts as true. A value is computed once for each element of the nest, in a
 * reduction once for each summand unless it stays the same there; what a schedule keeps in registers plays no part.
 */
import type { Dim } from '../dim/dim.ts';
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { tensorOf } from './address.ts';
import { type Region, regionOf, unionOf } from './footprint.ts';
import type { Kernel, Store, Tensor } from './kernel.ts';
import { pullGuards } from './simplify.ts';
import { valueAt } from './typical.ts';
import { axesOf, axisExpr, children, intExpr, keyOf, rewriter, substituteAxes } from './walk.ts';

type Reduce = Extract<Expr, { kind: 'reduce' }>;

export interface Cost {
  /** Arithmetic on f32: each function as one, also a routine such as exp; choices and conversions as none. */
  readonly flops: number;
  /** Products that are summed; two of the FLOPs each. */
  readonly macs: number;
  /** Distinct elements read, by tensor. */
  readonly reads: ReadonlyMap<number, number>;
  /** How many loads that would be if no value were kept, by tensor. */
  readonly loads: ReadonlyMap<number, number>;
  /** Distinct elements written, by tensor. */
  readonly writes: ReadonlyMap<number, number>;
}

/** What one run of some nests costs for a batch of `batch` samples; elements that several of them touch count once. */
export function costOf(kernels: readonly Kernel[], tensors: ReadonlyMap<number, Tensor>, batch: number): Cost {
  const counter = new Counter((id) => tensorOf(tensors, id).shape.map((size) => valueAt(size, batch)));
  for (const kernel of kernels) counter.add(atBatch(kernel, batch));
  return counter.total;
}

/**
 * The nest with numbers for all sizes. Reductions' variables are called by their place, so that loops which differ in their
 * variables' names alone are one, as a window's maximum and its position are.
 */
function atBatch(kernel: Kernel, batch: number): Kernel {
  const fixed = (size: Dim): Dim => dim.int(valueAt(size, batch));
  const axes = new Map<string, Axis>();
  const fix = ({ id, extent }: Axis): Axis => {
    const axis = axes.get(id) ?? { id, extent: fixed(extent) };
    axes.set(id, axis);
    return axis;
  };
  const rewrite = rewriter((expr) => {
    if (expr.kind === 'axis') return { ...expr, axis: fix(expr.axis) };
    if (expr.kind === 'size') return intExpr(valueAt(expr.dim, batch));
    return expr.kind === 'reduce' ? renamed({ ...expr, axes: expr.axes.map(fix) }) : expr;
  });
  const stores = kernel.stores.map(
    (store): Store => ({ ...store, value: rewrite(store.value), indices: store.indices.map(rewrite) }),
  );
  return { ...kernel, axes: kernel.axes.map(fix), stores };
}

/** `#1_0x3`: the first variable of an innermost reduction, with its extent. */
function renamed(expr: Reduce): Reduce {
  const height = heightOf(expr);
  const axes = expr.axes.map((axis, i): Axis => ({ ...axis, id: `#${height}_${i}x${dim.show(axis.extent)}` }));
  const names = new Map(expr.axes.map(({ id }, i) => [id, axisExpr(axes[i])]));
  return { ...expr, axes, body: substituteAxes(expr.body, names) };
}

const heights = new WeakMap<Expr, number>();

/** How many reductions an expression has inside one another. */
function heightOf(expr: Expr): number {
  const known = heights.get(expr);
  if (known !== undefined) return known;
  const height = Number(expr.kind === 'reduce') + Math.max(0, ...children(expr).map(heightOf));
  heights.set(expr, height);
  return height;
}

/** A loop, or several in one another, around a value. */
interface Loop {
  readonly ids: ReadonlySet<string>;
  readonly points: number;
}

class Counter {
  private flops = 0;
  private macs = 0;
  private readonly loads = new Map<number, number>();
  private readonly read = new Map<number, Region[]>();
  private readonly written = new Map<number, Region[]>();
  private readonly shapeOf: (tensor: number) => readonly number[];
  /** Of the nest that is being counted: its loops' extents, and the values that are counted already. */
  private extents = new Map<string, number>();
  private seen = new Set<string>();

  constructor(shapeOf: (tensor: number) => readonly number[]) {
    this.shapeOf = shapeOf;
  }

  get total(): Cost {
    const { flops, macs, loads } = this;
    return { flops, macs, loads, reads: sizes(this.read), writes: sizes(this.written) };
  }

  add({ axes, stores }: Kernel): void {
    this.extents = new Map();
    this.seen = new Set();
    const nest = this.loop(axes);
    for (const { value } of stores) this.visit(value, [nest]);
    for (const { tensor, indices } of stores) this.touch(this.written, tensor, indices);
  }

  private loop(axes: readonly Axis[]): Loop {
    for (const { id, extent } of axes) this.extents.set(id, dim.constant(extent) ?? 1);
    return {
      ids: new Set(axes.map(({ id }) => id)),
      points: axes.reduce((n, { id }) => n * (this.extents.get(id) ?? 1), 1),
    };
  }

  /** Counts a value inside `loops`, outermost first: once, in the innermost of them that changes it. */
  private visit(expr: Expr, loops: readonly Loop[]): void {
    const key = keyOf(expr);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const free = [...axesOf(expr)];
    const depth = loops.findLastIndex(({ ids }) => free.some((id) => ids.has(id)));
    const around = loops.slice(0, Math.max(0, depth) + 1);
    const times = around.reduce((product, { points }) => product * points, 1);
    if (expr.kind === 'apply' && isArithmetic(expr)) this.flops += times;
    if (expr.kind === 'load') {
      this.loads.set(expr.tensor, (this.loads.get(expr.tensor) ?? 0) + times);
      this.touch(this.read, expr.tensor, expr.indices);
    }
    if (expr.kind === 'reduce') {
      const inner = this.loop(expr.axes);
      if (expr.body.type === 'f32') this.flops += times * inner.points;
      if (isSumOfProducts(expr)) this.macs += times * inner.points;
      this.visit(expr.body, [...around, inner]);
    } else for (const child of children(expr)) this.visit(child, around);
  }

  private touch(regions: Map<number, Region[]>, tensor: number, indices: readonly Expr[]): void {
    const region = regionOf(indices, this.shapeOf(tensor), this.extents);
    regions.set(tensor, [...(regions.get(tensor) ?? []), region]);
  }
}

function sizes(regions: ReadonlyMap<number, readonly Region[]>): ReadonlyMap<number, number> {
  return new Map([...regions].map(([tensor, touched]) => [tensor, unionOf(touched)]));
}

function isArithmetic({ type, fn, args }: Extract<Expr, { kind: 'apply' }>): boolean {
  return type === 'f32' && fn !== 'select' && args.some((arg) => arg.type === 'f32');
}

function isSumOfProducts(expr: Reduce): boolean {
  if (expr.combine !== 'sum' || expr.type !== 'f32') return false;
  const { value } = pullGuards(expr.body);
  return value.kind === 'apply' && value.fn === 'mul';
}
