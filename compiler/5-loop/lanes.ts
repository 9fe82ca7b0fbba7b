/**
 * Which axis the vector lanes run over: the one along which every result is contiguous and every load is contiguous or
 * the same for all lanes (or, where much is computed from it, anything). Says also which loads stand in the way, so that `stage.ts` can copy them.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { apply } from '../ops/lowering.ts';
import { scalarTable } from '../ops/scalar.ts';
import type { ElementType } from '../ops/types.ts';
import { affineAddress, alwaysInside, loadsIn, reductionsIn, tensorOf } from './address.ts';
import { coefficientOf } from './affine.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { conjuncts, pullGuards } from './simplify.ts';
import { splitAxis } from './split-axes.ts';
import { axisExpr, dependsOn, forEachNode, intExpr, keyOf, substituteAxes } from './walk.ts';

export const LANES = 4;

type Load = Extract<Expr, { kind: 'load' }>;

export type Target = 'wasm' | 'wgsl';

/** Elements that are not 32 bits wide, or not the number that they stand for in memory. */
const NARROW: ReadonlySet<ElementType> = new Set<ElementType>(['u8', 'bool']);

/** The axis along which the first result is contiguous, if its extent is a multiple of the lanes. */
export function laneCandidate(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): Axis | undefined {
  const contiguous = (axis: Axis): boolean =>
    kernel.stores.every(({ tensor, indices }) => stepInVector(tensorOf(tensors, tensor), indices, axis) === 1);
  return kernel.axes.find((axis) => (dim.constant(axis.extent) ?? 1) % LANES === 0 && contiguous(axis));
}

/** How a load moves from lane to lane: 0 or 1 element can be vectorised. */
export function laneStep(
  load: Extract<Expr, { kind: 'load' }>,
  axis: Axis,
  tensors: ReadonlyMap<number, Tensor>,
): number | undefined {
  return stepInVector(tensorOf(tensors, load.tensor), load.indices, axis);
}

/** The same of any address. Vectors begin at multiples of their lanes: between two of them memory may have gaps. */
function stepInVector(tensor: Tensor, indices: readonly Expr[], axis: Axis): number | undefined {
  const extent = dim.constant(axis.extent);
  if (extent === undefined || extent % LANES !== 0) return coefficientOf(affineAddress(tensor, indices), axis.id);
  const { axes, value } = splitAxis(axis, [extent / LANES, LANES]);
  const inside = indices.map((index) => substituteAxes(index, new Map([[axis.id, value]])));
  return coefficientOf(affineAddress(tensor, inside), axes[1].id);
}

/**
 * Which vector of an axis, and which lane of that. Weights that come from far have the vectors of a panel apart, each for all
 * channels: two streams of memory, each half as fast, of which caches fetch more ahead than of one (26 MB that are multiplied
 * with nine tiles each: 4.5 ms instead of 5.6).
 */
export function inVectors(axis: Axis): { vector: Expr; lane: Expr } {
  const [whole, by] = [axisExpr(axis), intExpr(LANES)];
  return { vector: apply('idiv', whole, by), lane: apply('imod', whole, by) };
}

/** True when every lane-dependent part of the kernel has a vector form on the target. */
export function vectorisable(
  kernel: Kernel,
  axis: Axis,
  tensors: ReadonlyMap<number, Tensor>,
  target: Target,
): boolean {
  const hasForm = target === 'wasm' ? hasVectorForm : hasVectorSpelling;
  const values = kernel.stores.map((store) => store.value);
  let fits = kernel.stores.every((store) => !NARROW.has(tensorOf(tensors, store.tensor).element));
  let masked = false;
  forEachNode(values, (expr) => {
    // Where a vector lies is computed once for all its lanes.
    if (!dependsOn(expr, axis) || (expr.kind === 'load' && inOneVector(expr, axis, tensors))) return false;
    if (expr.kind === 'guard' && dependsOn(expr.condition, axis)) {
      masked = true;
      if (!isSafe([expr.value, expr.otherwise], axis, tensors)) fits = false;
    }
    if (expr.kind === 'apply' && !hasForm(expr)) fits = false;
    return true;
  });
  const apart = loadsIn(values).filter((load) => !inOneVector(load, axis, tensors));
  if (apart.length === 0 && !masked) return fits;
  return fits && target === 'wasm' && gatherPays(kernel, axis, tensors);
}

/** True where the lanes read one element, or four that lie side by side. */
function inOneVector(load: Load, axis: Axis, tensors: ReadonlyMap<number, Tensor>): boolean {
  const step = laneStep(load, axis, tensors);
  return step === 0 || (step === 1 && !NARROW.has(tensorOf(tensors, load.tensor).element));
}

/** What stands behind a condition that differs from lane to lane: where no lane may read it, only lanes' own loads can wait. */
function isSafe(guarded: readonly Expr[], axis: Axis, tensors: ReadonlyMap<number, Tensor>): boolean {
  return loadsIn(guarded).every((load) => dependsOn(load, axis) || alwaysInside(load, tensorOf(tensors, load.tensor)));
}

/** Operations in vectors that make up for one load that the lanes do one after the other. */
const PAYS = 8;

/** True where the lanes read elements that lie apart, but compute so much that vectors pay all the same. */
function gatherPays(kernel: Kernel, axis: Axis, tensors: ReadonlyMap<number, Tensor>): boolean {
  if (reductionsIn(kernel).length > 0) return false;
  const values = kernel.stores.map((store) => store.value);
  const loads = new Set<string>();
  const operations = new Set<string>();
  for (const load of loadsIn(values)) {
    if (!dependsOn(load, axis)) continue;
    if (tensorOf(tensors, load.tensor).element === 'bool') return false;
    loads.add(keyOf(load));
  }
  forEachNode(values, (expr) => {
    if (expr.kind === 'apply' && dependsOn(expr, axis)) operations.add(keyOf(expr));
  });
  return operations.size >= PAYS * loads.size;
}

/** True where WebAssembly computes four lanes at once. Of integers: what indices are made of. */
export function hasVectorForm(expr: Extract<Expr, { kind: 'apply' }>): boolean {
  if (expr.fn === 'select') return true;
  if (expr.fn === 'to_i32') return expr.args[0].type === 'f32';
  if (expr.type === 'i32') return ['add', 'sub', 'mul'].includes(expr.fn);
  if (expr.fn === 'to_f32') return expr.args[0].type === 'i32';
  const { wasm } = scalarTable[expr.fn];
  if (wasm.call4 !== undefined) return true;
  if (expr.args.some((arg) => arg.type === 'i32')) return wasm.i32 !== undefined;
  return wasm.f32x4 !== undefined;
}

/** True where WGSL computes four lanes at once. */
function hasVectorSpelling({ fn }: Extract<Expr, { kind: 'apply' }>): boolean {
  return scalarTable[fn].wgsl4 !== undefined;
}

/** The operands of a reduction that sums products: which loads vary over the lanes, which don't. */
export interface Product {
  readonly varying: readonly Extract<Expr, { kind: 'load' }>[];
  readonly fixed: readonly Extract<Expr, { kind: 'load' }>[];
  readonly conditions: readonly Expr[];
}

/** A sum over a product of two operands, seen from the lane axis; undefined for any other reduction. */
export function productOf(expr: Extract<Expr, { kind: 'reduce' }>, lane: Axis | undefined): Product | undefined {
  if (expr.combine !== 'sum') return undefined;
  const { conditions, value } = pullGuards(expr.body);
  if (value.kind !== 'apply' || value.fn !== 'mul') return undefined;
  const loads = loadsIn([value]);
  const varies = (load: Expr): boolean => lane !== undefined && dependsOn(load, lane);
  return {
    varying: loads.filter(varies),
    fixed: loads.filter((load) => !varies(load)),
    conditions: conditions.flatMap(conjuncts),
  };
}
