/**
 * Rounded quotients in a normal form. There is only `floor`: `ceil(a / b)` is `-floor(-a / b)`, and `a % b` is
 * `a - b * floor(a / b)`. Of a quotient only what leaves a remainder stays an atom: whole parts are added outside, common
 * factors cancel, a quotient of a quotient is one quotient, and of floor(p / q) and floor(-p / q) one is expressed by the other.
 */
import { lowerBound } from './bounds.ts';
import { divide, floorDivide, floorRemainder, leading } from './divide.ts';
import { maximum, minimum } from './minimum.ts';
import {
  type Atom,
  add,
  casesOf,
  constant,
  constantPart,
  content,
  type Dim,
  DimensionError,
  fromAtom,
  fromTerms,
  gcd,
  int,
  minimumTerm,
  monomial,
  mul,
  negate,
  sub,
  varying,
  withoutAtoms,
  zero,
} from './polynomial.ts';

/** floor(a / b). Throws `DimensionError` where b is zero. */
export function floorQuotient(a: Dim, b: Dim): Dim {
  const divisor = constant(b);
  const value = constant(a);
  if (divisor === 0) throw new DimensionError('this size is divided by zero');
  if (divisor !== undefined && value !== undefined) return int(floorDivide(value, divisor));
  if (leading(b).coefficient < 0) return floorQuotient(negate(a), negate(b));
  const { whole, rest } = divide(a, b);
  if (rest.terms.length === 0) return whole;
  const positive = lowerBound(b) >= 1;
  const atOnce = positive && isPlain(b) ? (throughMinimum(a, b) ?? merged(a, b)) : undefined;
  return atOnce ?? add(whole, proper(rest, b, positive));
}

/** Made of numbers and names: dividing by it brings no quotient and no minimum into what is divided. */
const isPlain = (b: Dim): boolean => b.terms.every(({ atoms }) => atoms.every(({ kind }) => kind === 'symbol'));

/** ceil(a / b). */
export const ceilQuotient = (a: Dim, b: Dim): Dim => {
  const [x, y] = [constant(a), constant(b)];
  if (x !== undefined && y !== undefined && y !== 0) return int(-floorDivide(-x, y));
  return lowerBound(b) >= 1 ? floorQuotient(add(a, sub(b, int(1))), b) : negate(floorQuotient(negate(a), b));
};

/** a - b * floor(a / b): what is left has the sign of b. */
export function remainder(a: Dim, b: Dim): Dim {
  const [x, y] = [constant(a), constant(b)];
  if (x !== undefined && y !== undefined && y !== 0) return int(floorRemainder(x, y));
  return sub(a, mul(b, floorQuotient(a, b)));
}

/** Rounding keeps the order, so that floor(min(x, y) / b) = min(floor(x / b), floor(y / b)), and so for sums with it. */
function throughMinimum(a: Dim, b: Dim): Dim | undefined {
  const inner = minimumTerm(a);
  if (!inner) return undefined;
  // With several minima in one sum the cases multiply.
  if (a.terms.filter(({ atoms }) => atoms.some((atom) => atom.kind === 'min')).length > 3) return undefined;
  const quotients = casesOf(a, inner).map((each) => floorQuotient(each, b));
  return inner.sign > 0 ? minimum(quotients) : maximum(quotients);
}

/** floor(rest / b), where no whole part can be split off any more. `positive`: b is, certainly. */
function proper(rest: Dim, b: Dim, positive: boolean): Dim {
  const q = constant(b);
  if (q !== undefined && constant(rest) !== undefined) return zero;
  if (q === undefined && positive) {
    if (lowerBound(rest) >= 0 && lowerBound(sub(b, rest)) >= 1) return zero;
    if (lowerBound(negate(rest)) >= 1 && lowerBound(add(rest, b)) >= 0) return int(-1);
  }
  const cancelled = reduced(rest, b, positive);
  if (cancelled || !positive || !isPlain(b)) return cancelled ?? atomOf(rest, b);
  return turned(rest, b) ?? merged(rest, b) ?? atomOf(rest, b);
}

function atomOf(dividend: Dim, divisor: Dim): Dim {
  return fromAtom({ kind: 'floor', dividend, divisor, key: `floor(${dividend.key};${divisor.key})` });
}

/** Cancels what divides both: floor((g p + r) / (g q)) = floor((p + floor(r / g)) / q) for integers. */
function reduced(rest: Dim, b: Dim, positive: boolean): Dim | undefined {
  const left = constantPart(rest);
  const inner = varying(rest);
  const g = gcd(positive ? content(inner) : content(rest), content(b));
  if (g > 1) {
    const part = (a: Dim): Dim => fromTerms(a.terms.map((term) => ({ ...term, coefficient: term.coefficient / g })));
    return floorQuotient(add(part(inner), int(floorDivide(left, g))), part(b));
  }
  const terms = [...rest.terms, ...b.terms];
  const shared: Atom[] = [];
  for (const atom of terms[0].atoms) {
    if (terms.every((term) => withoutAtoms(term.atoms, [...shared, atom]))) shared.push(atom);
  }
  if (shared.length === 0) return undefined;
  const { whole: p } = divide(rest, fromTerms([monomial(1, shared)]));
  return floorQuotient(p, divide(b, fromTerms([monomial(1, shared)])).whole);
}

/**
 * floor(p / b) = -floor((b - 1 - p) / b) for positive b, one of the two ways: over an integer the one in which the first
 * coefficient that is not b / 2 is smaller, over names the one in which the leading coefficient is positive.
 */
function turned(rest: Dim, b: Dim): Dim | undefined {
  const q = constant(b);
  const decides = q === undefined ? leading(rest) : varying(rest).terms.find((term) => 2 * term.coefficient !== q);
  if (!decides || (q === undefined ? decides.coefficient > 0 : 2 * decides.coefficient < q)) return undefined;
  return negate(floorQuotient(sub(sub(b, int(1)), rest), b));
}

/**
 * A quotient in the dividend: floor((floor(p / q) + r) / b) = floor((p + q r) / (q b)), for positive b. The same holds for
 * -floor(p / q), which is floor((q - 1 - p) / q) where q is positive.
 */
function merged(a: Dim, b: Dim): Dim | undefined {
  for (const term of a.terms) {
    const [atom, ...more] = term.atoms;
    if (atom?.kind !== 'floor' || more.length > 0 || Math.abs(term.coefficient) !== 1) continue;
    const { dividend, divisor } = atom;
    if (term.coefficient < 0 && lowerBound(divisor) < 1) continue;
    const inner = term.coefficient > 0 ? dividend : sub(sub(divisor, int(1)), dividend);
    try {
      return floorQuotient(add(inner, mul(divisor, sub(a, fromTerms([term])))), mul(divisor, b));
    } catch (error) {
      // The product of the divisors is too large: then they stay two.
      if (!(error instanceof DimensionError)) throw error;
    }
  }
  return undefined;
}
