/** Register tiles that are too large for the registers at once are parted between their rows. */
import { expect, test } from 'vitest';
import type { Statement } from '../../compiler/5-loop/tree.ts';
import { intExpr, localExpr } from '../../compiler/5-loop/walk.ts';
import { partings } from '../../compiler/6-target/wasm/partings.ts';
import type { Expr } from '../../compiler/ops/expr.ts';

const local = (name: string): Expr => localExpr(name, 'f32');

/** `rows` by two vectors, each row's factor where it is read first. */
function tile(rows: number): Statement[] {
  const declare = (name: string): Statement => ({
    kind: 'let',
    name,
    type: 'f32',
    value: { kind: 'load', type: 'f32', tensor: 0, indices: [intExpr(0)] },
  });
  const add = (row: number, column: number): Statement => {
    const product: Expr = { kind: 'apply', type: 'f32', fn: 'mul', args: [local(`a${row}`), local(`b${column}`)] };
    const name = `s${row}${column}`;
    return {
      kind: 'set',
      name,
      type: 'f32',
      value: { kind: 'apply', type: 'f32', fn: 'add', args: [local(name), product] },
    };
  };
  return Array.from({ length: rows }, (_, row) => [
    declare(`a${row}`),
    ...(row === 0 ? [declare('b0')] : []),
    add(row, 0),
    ...(row === 0 ? [declare('b1')] : []),
    add(row, 1),
  ]).flat();
}

/** The first statement of each part but the first. */
const parts = (body: readonly Statement[], isVector = true): string[] =>
  [...partings(body, () => isVector)].map((i) => {
    const statement = body[i];
    return statement.kind === 'let' ? statement.name : statement.kind;
  });

test('four rows of two vectors fit; of five, two at a time; of six, one', () => {
  expect(parts(tile(4))).toEqual([]);
  expect(parts(tile(5))).toEqual(['a2', 'a4']);
  expect(parts(tile(6))).toEqual(['b1', 'a1', 'a2', 'a3', 'a4', 'a5']);
});

test('scalars are not counted, and a body with more than sums is left whole', () => {
  expect(parts(tile(6), false)).toEqual([]);
  expect(parts([...tile(6), { kind: 'store', tensor: 0, address: intExpr(0), value: local('s00') }])).toEqual([]);
});
