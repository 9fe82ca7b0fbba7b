/**
 * Register tiles on GPUs. Where a tile's size does not divide its axis, the last tile starts earlier and overlaps the one
 * before it; what is computed twice is stored once. So there is one path through a kernel, without a remainder loop. A
 * batch that is smaller than a tile reads past its end, which WebGPU confines to the buffer, and stores nothing of it.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import type { Statement } from './tree.ts';
import { axisExpr, intExpr, sizeExpr } from './walk.ts';

/** A tile along one axis: the elements' indices, and which of them this tile has to store. */
export interface Tiling {
  readonly axis: string;
  readonly points: readonly { readonly index: Expr; readonly condition: Expr | undefined }[];
  /** The variable for where it begins, and its definition; absent where every tile is whole. */
  readonly start: { readonly axis: Axis; readonly statement: Statement } | undefined;
}

export function tileOf(axis: Axis, block: Axis, tile: number): Tiling {
  const first = apply('mul', axisExpr(block), intExpr(tile));
  const count = dim.constant(axis.extent);
  const pointsFrom = (start: Expr, condition: (index: Expr) => Expr | undefined): Tiling['points'] =>
    Array.from({ length: tile }, (_, i) => {
      const index = apply('add', start, intExpr(i));
      return { index, condition: condition(index) };
    });
  if (isWhole(axis, tile)) return { axis: axis.id, points: pointsFrom(first, () => undefined), start: undefined };
  const extent = dim.sub(axis.extent, dim.int(tile - 1));
  const start: Axis = { id: `${axis.id}_start`, extent };
  const last = apply('min', first, apply('sub', sizeExpr(axis.extent), intExpr(tile)));
  const value = count === undefined ? apply('max', last, intExpr(0)) : last;
  const own = (index: Expr): Expr => compare('ge', index, first);
  return {
    axis: axis.id,
    points: pointsFrom(axisExpr(start), (index) =>
      count === undefined ? both(own(index), compare('lt', index, sizeExpr(axis.extent))) : own(index),
    ),
    start: { axis: start, statement: { kind: 'let', name: start.id, type: 'i32', value } },
  };
}

/** True where an axis consists of whole tiles whatever the batch. */
function isWhole({ extent }: Axis, tile: number): boolean {
  const count = dim.constant(extent);
  if (count !== undefined) return count % tile === 0;
  const [symbol] = dim.symbols(extent);
  const linear = dim.linear(extent, symbol);
  return linear !== undefined && linear.fixed % tile === 0 && linear.perSample % tile === 0;
}

const apply = (fn: 'add' | 'sub' | 'mul' | 'min' | 'max', a: Expr, b: Expr): Expr => ({
  kind: 'apply',
  type: 'i32',
  fn,
  args: [a, b],
});
const compare = (fn: 'ge' | 'lt', a: Expr, b: Expr): Expr => ({ kind: 'apply', type: 'bool', fn, args: [a, b] });
const both = (a: Expr, b: Expr): Expr => ({ kind: 'apply', type: 'bool', fn: 'and', args: [a, b] });
