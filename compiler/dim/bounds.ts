/**
 * The least value that a dimension can have, as far as it can be told. Names stand for sizes, which are at least 1. A bound is
 * always sound; where none is found it is -Infinity. There is no search, only substitution of what is known of each atom.
 */
import {
  type Atom,
  add,
  addScaled,
  casesOf,
  constant,
  constantPart,
  type Dim,
  DimensionError,
  fromAtom,
  fromTerms,
  int,
  minimumTerm,
  mul,
  withoutAtoms,
  zero,
} from './polynomial.ts';

/** How far quotients and minima inside one another are looked through. */
const DEPTH = 5;

export function lowerBound(a: Dim): number {
  try {
    return bound(a, DEPTH);
  } catch (error) {
    // A product on the way was too large: then nothing is known.
    if (error instanceof DimensionError) return Number.NEGATIVE_INFINITY;
    throw error;
  }
}

/** Whether a <= b, certainly. */
export const isAtMost = (a: Dim, b: Dim): boolean => lowerBound(addScaled(b, a, -1)) >= 0;

function bound(a: Dim, depth: number): number {
  const known = constant(a);
  if (known !== undefined) return known;
  if (depth === 0) return Number.NEGATIVE_INFINITY;
  const inner = minimumTerm(a);
  if (inner) {
    // The minimum is one of its operands (which one is not known), and at most each of them.
    const cases = casesOf(a, inner).map((each) => bound(each, depth - 1));
    return inner.sign > 0 ? Math.min(...cases) : Math.max(...cases);
  }
  return Math.max(shifted(a, depth), relaxed(a, depth));
}

/** Each atom as its own least value plus something that is not negative. */
function shifted(a: Dim, depth: number): number {
  // A falling term needs a rising one that holds it; else there is no bound.
  const held = a.terms.every(
    (term) =>
      term.coefficient > 0 ||
      term.key === '' ||
      a.terms.some((other) => other.coefficient > 0 && other !== term && withoutAtoms(other.atoms, term.atoms)),
  );
  if (!held) return Number.NEGATIVE_INFINITY;
  const least = new Map<string, number>();
  for (const { atoms } of a.terms) {
    for (const atom of atoms) if (!least.has(atom.key)) least.set(atom.key, leastOf(atom, depth));
  }
  if ([...least.values()].includes(Number.NEGATIVE_INFINITY)) return Number.NEGATIVE_INFINITY;
  const moved = a.terms.reduce((sum, { coefficient, atoms }) => {
    const factors = atoms.map((atom) => add(int(least.get(atom.key) ?? 0), fromAtom(atom)));
    return addScaled(sum, factors.reduce(mul, int(1)), coefficient);
  }, zero);
  const falls = moved.terms.some((term) => term.key !== '' && term.coefficient < 0);
  return falls ? Number.NEGATIVE_INFINITY : constantPart(moved);
}

function leastOf(atom: Atom, depth: number): number {
  if (atom.kind === 'symbol') return 1;
  if (atom.kind === 'min') return Math.min(...atom.operands.map((operand) => bound(operand, depth - 1)));
  const least = bound(atom.dividend, depth - 1);
  const divisor = constant(atom.divisor);
  if (divisor !== undefined) return Math.floor(least / divisor);
  return least >= 0 && bound(atom.divisor, depth - 1) >= 1 ? 0 : Number.NEGATIVE_INFINITY;
}

/** A quotient that stands alone lies between p / q - (q - 1) / q and p / q. */
function relaxed(a: Dim, depth: number): number {
  for (const term of a.terms) {
    const [atom, ...more] = term.atoms;
    if (atom?.kind !== 'floor' || more.length > 0) continue;
    const divisor = constant(atom.divisor);
    if (divisor === undefined) continue;
    const nearest = term.coefficient > 0 ? add(atom.dividend, int(1 - divisor)) : atom.dividend;
    const others = addScaled(zero, addScaled(a, fromTerms([term]), -1), divisor);
    return Math.ceil(bound(addScaled(others, nearest, term.coefficient), depth - 1) / divisor);
  }
  return Number.NEGATIVE_INFINITY;
}
