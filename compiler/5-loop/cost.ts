/**
 * What nests cost, counted before anything runs: arithmetic, multiply-adds, the distinct elements of each tensor that they
 * touch. At most that much: a guard that asks memory counts as true, and padding as elements read. What no guard on loop
 * variables lets through is no arithmetic; multiply-adds are counted as everybody does, padding included.
 */
import type { Expr } from '../ops/expr.ts';
import { all } from '../ops/lowering.ts';
import { tensorOf } from './address.ts';
import { atBatch, evaluationsOf, isArithmetic, type NumberedNest, pointsOf, type Reduce } from './evaluations.ts';
import { type Region, regionOf, unionOf } from './footprint.ts';
import { shareOf } from './guard-share.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { pullGuards } from './simplify.ts';
import { valueAt } from './typical.ts';

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

class Counter {
  private flops = 0;
  private macs = 0;
  private readonly loads = new Map<number, number>();
  private readonly read = new Map<number, Region[]>();
  private readonly written = new Map<number, Region[]>();
  private readonly shapeOf: (tensor: number) => readonly number[];

  constructor(shapeOf: (tensor: number) => readonly number[]) {
    this.shapeOf = shapeOf;
  }

  get total(): Cost {
    const { macs, loads } = this;
    return { flops: Math.round(this.flops), macs, loads, reads: sizes(this.read), writes: sizes(this.written) };
  }

  add(nest: NumberedNest): void {
    const { kernel, extents } = nest;
    const touch = (regions: Map<number, Region[]>, tensor: number, indices: readonly Expr[]): void => {
      const region = regionOf(indices, this.shapeOf(tensor), extents);
      regions.set(tensor, [...(regions.get(tensor) ?? []), region]);
    };
    for (const { expr, times, share } of evaluationsOf(nest)) {
      if (isArithmetic(expr)) this.flops += share * times;
      if (expr.kind === 'load') {
        this.loads.set(expr.tensor, (this.loads.get(expr.tensor) ?? 0) + times);
        touch(this.read, expr.tensor, expr.indices);
      }
      if (expr.kind !== 'reduce') continue;
      const steps = times * pointsOf(expr.axes, extents);
      if (expr.body.type === 'f32') this.flops += share * steps * heldOf(expr, extents);
      if (isSumOfProducts(expr)) this.macs += steps;
    }
    for (const { tensor, indices, value } of kernel.stores) {
      touch(this.written, tensor, indices);
      if (!kernel.adding) continue;
      // A sum in place: each element is added to what is there.
      const points = pointsOf(kernel.axes, extents);
      this.flops += points;
      if (value.kind === 'apply' && value.fn === 'mul') this.macs += points;
    }
  }
}

/** In which share of its steps a sum adds anything. */
function heldOf({ combine, body }: Reduce, extents: ReadonlyMap<string, number>): number {
  if (combine !== 'sum') return 1;
  return shareOf(all(...pullGuards(body).conditions), extents);
}

function sizes(regions: ReadonlyMap<number, readonly Region[]>): ReadonlyMap<number, number> {
  return new Map([...regions].map(([tensor, touched]) => [tensor, unionOf(touched)]));
}

function isSumOfProducts(expr: Reduce): boolean {
  if (expr.combine !== 'sum' || expr.type !== 'f32') return false;
  const { value } = pullGuards(expr.body);
  return value.kind === 'apply' && value.fn === 'mul';
}
