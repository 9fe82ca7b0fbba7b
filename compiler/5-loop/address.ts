/** Physical addresses: a tensor's logical indices through its layout to one element offset in its buffer. */
import type { Expr } from '../ops/expr.ts';
import { type Affine, toAffine } from './affine.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { simplify } from './simplify.ts';
import { forEachNode, intExpr } from './walk.ts';

/** The element offset, as an i32 expression in normal form. */
export function addressOf(tensor: Tensor, indices: readonly Expr[]): Expr {
  const parts = indices.map(
    (index, d): Expr => ({ kind: 'apply', type: 'i32', fn: 'mul', args: [index, intExpr(tensor.layout.strides[d])] }),
  );
  const sum = parts.reduce<Expr>(
    (total, part) => ({ kind: 'apply', type: 'i32', fn: 'add', args: [total, part] }),
    intExpr(tensor.layout.offset),
  );
  return simplify(sum);
}

export function affineAddress(tensor: Tensor, indices: readonly Expr[]): Affine {
  return toAffine(addressOf(tensor, indices));
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
