/** What a GPU's tile has to load, counted; and where a tile begins and ends. */
import { expect, test } from 'vitest';
import { Places, type Span } from '../../compiler/5-loop/distinct.ts';
import { tilePoints } from '../../compiler/5-loop/tile.ts';
import { axisExpr, intExpr, keyOf } from '../../compiler/5-loop/walk.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { Axis, Expr } from '../../compiler/ops/expr.ts';
import { apply } from '../../compiler/ops/lowering.ts';
import { N } from './support.ts';

const axis = (id: string, extent: number | Dim): Axis => ({
  id,
  extent: typeof extent === 'number' ? dim.int(extent) : extent,
});
const [h, r, n] = [axis('h', 13), axis('r', 3), axis('n', 8)];
const difference = apply('sub', axisExpr(h), axisExpr(r));

function count(exprs: readonly Expr[], spans: readonly Span[], constants = [0]): number {
  const places = new Places(exprs, new Map());
  for (const constant of constants) places.addAt(constant);
  return places.count(spans);
}

const span = (id: string, size: number, whole = false): Span => ({ id, size, whole });

test('windows overlap; what does not depend on an axis is loaded once', () => {
  expect(count([difference], [span('h', 2), span('r', 3, true)])).toBe(4);
  expect(count([difference], [span('n', 8, true)])).toBe(1);
  expect(count([axisExpr(h)], [span('h', 2)], [0, 1])).toBe(3);
});

test('a tile that begins at a multiple of a pooling window shares its places; one that does not shares fewer', () => {
  const place = apply('idiv', apply('add', difference, intExpr(2)), intExpr(2));
  expect(count([place], [span('h', 2), span('r', 3, true)])).toBe(2);
  // Where r is odd, the two do not share one.
  expect(count([place], [span('h', 2)])).toBe(2);
  // Every second tile of three begins in the middle of a window.
  expect(count([place], [span('h', 3)])).toBe(3);
});

test('what memory says differs wherever it is asked', () => {
  const at = (index: Expr): Expr => ({ kind: 'load', type: 'i32', tensor: 7, indices: [index] });
  expect(count([at(axisExpr(n))], [span('n', 4)])).toBe(4);
  expect(count([at(axisExpr(n))], [span('h', 4)])).toBe(1);
});

test('several numbers that are needed together', () => {
  expect(count([axisExpr(h), axisExpr(n)], [span('h', 2), span('n', 4)])).toBe(8);
});

test.each([
  ['whole tiles', axis('c', 12), 4, [false, false, false, false]],
  ['the last has two of four', axis('c', 14), 4, [false, false, true, true]],
  ['samples', axis('c', N), 4, [false, true, true, true]],
  ['several of each sample', axis('c', dim.mul(N, dim.int(6))), 3, [false, false, false]],
])('%s: what may lie past the end is not stored', (_, tiled, tile, guarded) => {
  const block = axis('cb', 9);
  const points = tilePoints(tiled, block, tile);
  expect(points.map(({ condition }) => condition !== undefined)).toEqual(guarded);
  expect(points.map(({ index }) => keyOf(index))).toEqual(
    guarded.map((_, i) => keyOf(apply('add', apply('mul', axisExpr(block), intExpr(tile)), intExpr(i)))),
  );
});
