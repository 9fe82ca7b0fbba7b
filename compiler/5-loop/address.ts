/** Physical addresses: a tensor's logical indices through its layout to one element offset in its buffer. */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import {
  type Affine,
  addScaled,
  coefficientOf,
  constantAffine,
  decide,
  fromAffine,
  joinDigits,
  toAffine,
} from './affine.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { containsLoad, forEachNode, intExpr, sizeExpr } from './walk.ts';

/** The element offset in normal form. */
export function affineAddress(tensor: Tensor, indices: readonly Expr[]): Affine {
  const { offset, strides } = tensor.layout;
  const sum = indices.reduce((all, index, d) => addScaled(all, toAffine(index), strides[d]), constantAffine(offset));
  return joinDigits(sum);
}

/** The element offset as an i32 expression. */
export function addressOf(tensor: Tensor, indices: readonly Expr[]): Expr {
  return fromAffine(affineAddress(tensor, indices));
}

/**
 * The axes as the first result has them in memory, the contiguous one last: neighbours write side by side. `blocks`: of axes that
 * are taken several elements at a time.
 */
export function inMemoryOrder(
  { axes, stores: [store] }: Kernel,
  tensors: ReadonlyMap<number, Tensor>,
  blocks: ReadonlyMap<string, number> = new Map(),
): Axis[] {
  return farthestFirst(axes, affineAddress(tensorOf(tensors, store.tensor), store.indices), blocks);
}

/** Axes by how far a step of each, or a block of steps, moves an address. */
export function farthestFirst(
  axes: readonly Axis[],
  address: Affine,
  blocks: ReadonlyMap<string, number> = new Map(),
): Axis[] {
  const step = ({ id, extent }: Axis): number => {
    if (dim.constant(extent) === undefined) return Number.MAX_SAFE_INTEGER;
    return Math.abs(coefficientOf(address, id) ?? 0) * (blocks.get(id) ?? 1);
  };
  return [...axes].sort((a, b) => step(b) - step(a));
}

/** True when a load reads inside its tensor whatever the loop variables are, so that it needs no guard around it. */
export function alwaysInside(load: Extract<Expr, { kind: 'load' }>, tensor: Tensor): boolean {
  return load.indices.every((index, d) => {
    const extent = tensor.shape[d];
    // Where memory says what is read, something may have to be tested before that is asked.
    if (containsLoad(index)) return false;
    if (index.kind === 'axis' && dim.equal(index.axis.extent, extent)) return true;
    return decide('ge', index, intExpr(0)) === true && decide('lt', index, sizeExpr(extent)) === true;
  });
}

/** Every load of an expression, each distinct node once. */
export function loadsIn(exprs: readonly Expr[]): Extract<Expr, { kind: 'load' }>[] {
  const loads: Extract<Expr, { kind: 'load' }>[] = [];
  forEachNode(exprs, (expr) => {
    if (expr.kind === 'load') loads.push(expr);
  });
  return loads;
}

/** Every reduction of a kernel, each distinct node once. */
export function reductionsIn(kernel: Kernel): Extract<Expr, { kind: 'reduce' }>[] {
  const found: Extract<Expr, { kind: 'reduce' }>[] = [];
  forEachNode(
    kernel.stores.map((store) => store.value),
    (expr) => {
      if (expr.kind === 'reduce') found.push(expr);
    },
  );
  return found;
}

/** The tensor of an id; its absence is a bug in the compiler. */
export function tensorOf(tensors: ReadonlyMap<number, Tensor>, id: number): Tensor {
  const tensor = tensors.get(id);
  if (!tensor) throw new Error(`tensor ${id} is unknown`);
  return tensor;
}
