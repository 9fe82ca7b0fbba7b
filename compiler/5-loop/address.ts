/** Physical addresses: a tensor's logical indices through its layout to one element offset in its buffer. */
import type { Expr } from '../ops/expr.ts';
import { type Affine, addScaled, constantAffine, fromAffine, toAffine } from './affine.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { forEachNode } from './walk.ts';

/** The element offset in normal form. */
export function affineAddress(tensor: Tensor, indices: readonly Expr[]): Affine {
  const { offset, strides } = tensor.layout;
  return indices.reduce((sum, index, d) => addScaled(sum, toAffine(index), strides[d]), constantAffine(offset));
}

/** The element offset as an i32 expression. */
export function addressOf(tensor: Tensor, indices: readonly Expr[]): Expr {
  return fromAffine(affineAddress(tensor, indices));
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
