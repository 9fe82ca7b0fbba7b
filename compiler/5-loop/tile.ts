/**
 * Register tiles on GPUs. Where a tile's size does not divide its axis, the last tile reaches past the end: it reads there,
 * which WebGPU confines to the buffer, and stores nothing of it. So there is one path through a kernel, without a remainder
 * loop, and a tile begins at a multiple of its size, which decides what a stride or a pooling window wants to know.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { apply } from '../ops/lowering.ts';
import { axisExpr, intExpr, sizeExpr } from './walk.ts';

/** An element of a tile along one axis: its index, and where this is to be stored; undefined: everywhere. */
export interface TilePoint {
  readonly index: Expr;
  readonly condition: Expr | undefined;
}

export function tilePoints(axis: Axis, block: Axis, tile: number): TilePoint[] {
  const first = apply('mul', axisExpr(block), intExpr(tile));
  const left = elementsOfLastTile(axis, tile);
  return Array.from({ length: tile }, (_, i) => {
    const index = apply('add', first, intExpr(i));
    return { index, condition: i < left ? undefined : apply('lt', index, sizeExpr(axis.extent)) };
  });
}

/** How many the last tile has at least, whatever the batch. */
function elementsOfLastTile({ extent }: Axis, tile: number): number {
  const [symbol] = dim.symbols(extent);
  if (symbol === undefined) return (((dim.constant(extent) ?? 1) - 1) % tile) + 1;
  const linear = dim.linear(extent, symbol);
  return linear !== undefined && linear.fixed % tile === 0 && linear.perSample % tile === 0 ? tile : 1;
}
