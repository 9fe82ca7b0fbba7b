/** A small matrix on both sides of a tile of expressions, written out as sums: Winograd's transforms. */
import type { Expr } from '../ops/expr.ts';
import { apply } from '../ops/lowering.ts';
import type { Matrix } from './toom-cook.ts';

export const sum = (a: Expr, b: Expr): Expr => apply('add', a, b);
export const product = (a: Expr, b: Expr): Expr => apply('mul', a, b);
export const times = (a: Expr, by: number): Expr =>
  product(a, { kind: 'const', type: a.type === 'f32' ? 'f32' : 'i32', value: by });

export const square = <T>(rows: number, columns: number, at: (i: number, j: number) => T): T[][] =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => at(i, j)));

/** `down * tile * transpose(across)`. */
export function transform(down: Matrix, across: Matrix, tile: readonly (readonly Expr[])[]): Expr[][] {
  const columns = tile[0].map((_, j) =>
    multiplied(
      down,
      tile.map((row) => row[j]),
    ),
  );
  return down.map((_, i) =>
    multiplied(
      across,
      columns.map((column) => column[i]),
    ),
  );
}

const multiplied = (matrix: Matrix, vector: readonly Expr[]): Expr[] => matrix.map((row) => combine(row, vector));

/** The sum of the terms with their factors; one that is not subtracted stands first. */
function combine(factors: readonly number[], terms: readonly Expr[]): Expr {
  const used = terms.flatMap((term, i) => (factors[i] === 0 ? [] : [{ term, factor: factors[i] }]));
  const first = used.find(({ factor }) => factor === 1) ?? used.find(({ factor }) => factor > 0) ?? used[0];
  const scaled = (term: Expr, factor: number): Expr => (factor === 1 ? term : times(term, factor));
  return used
    .filter((each) => each !== first)
    .reduce(
      (all, { term, factor }) =>
        factor > 0 ? sum(all, scaled(term, factor)) : apply('sub', all, scaled(term, -factor)),
      scaled(first.term, first.factor),
    );
}
