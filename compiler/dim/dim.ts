/**
 * Dimensions: integers, names, and arithmetic over them, in a normal form, so that two dimensions are equal when their
 * normal forms are. A dimension is a polynomial with integer coefficients over atoms; an atom is a name, a quotient that is
 * rounded down, or the smallest of several dimensions. `ceil`, `%` and `max` are written with those two (`quotient.ts`,
 * `minimum.ts`). There is no solver: results are always computed bottom-up from the inputs.
 *
 * A name is a size, so that it is at least 1: max(N, 1) is N, and ceil(1 / N) is 1. Where a dimension has no value (a division by
 * zero) or too large a one (beyond 2^53), a `DimensionError` says so.
 */
import { divideExact } from './divide.ts';
import { settled } from './floor-sums.ts';
import { maximum, minimum } from './minimum.ts';
import * as polynomial from './polynomial.ts';
import { constant, type Dim, DimensionError, int } from './polynomial.ts';
import { ceilQuotient, floorQuotient, remainder } from './quotient.ts';
import { show } from './show.ts';
import { evaluate, substitute, symbols } from './values.ts';

export { type Dim, DimensionError } from './polynomial.ts';

type Binary = (a: Dim, b: Dim) => Dim;

/** Products and sums are settled once more: their terms may be a complete set of quotients. */
const settling =
  (compute: Binary): Binary =>
  (a, b) =>
    settled(compute(a, b));

const add = settling(polynomial.add);
const sub = settling(polynomial.sub);
const mul = settling(polynomial.mul);

function equal(a: Dim, b: Dim): boolean {
  if (a === b || a.key === b.key) return true;
  if (constant(a) !== undefined && constant(b) !== undefined) return false;
  try {
    return sub(a, b).terms.length === 0;
  } catch (error) {
    if (error instanceof DimensionError) return false;
    throw error;
  }
}

/** `fixed + perSample * symbol`, or undefined where the dimension is not of that form. */
function linear(a: Dim, name: string): { fixed: number; perSample: number } | undefined {
  let fixed = 0;
  let perSample = 0;
  for (const term of a.terms) {
    if (term.key === '') fixed = term.coefficient;
    else if (term.atoms.length === 1 && term.key === name) perSample = term.coefficient;
    else return undefined;
  }
  return { fixed, perSample };
}

/** Everything one can do with dimensions. */
export const dim = {
  int,
  symbol: polynomial.symbol,
  add,
  sub,
  mul,
  /** floor(a / b). Throws `DimensionError` where b is zero. */
  floorDiv: settling(floorQuotient),
  /** ceil(a / b). Throws `DimensionError` where b is zero. */
  ceilDiv: settling(ceilQuotient),
  /** What floor division leaves: it has the sign of b. Throws `DimensionError` where b is zero. */
  mod: settling(remainder),
  min: settling((a, b) => minimum([a, b])),
  max: settling((a, b) => maximum([a, b])),
  equal,
  constant,
  symbols,
  evaluate,
  substitute,
  show,
  product: (dims: readonly Dim[]): Dim => dims.reduce(mul, int(1)),
  /** `a / b` where b divides a, else undefined. */
  divideExact,
  linear,
};
