/**
 * Division of polynomials with a remainder. Its quotient is whole, its remainder cannot be divided further; what the
 * remainder adds to a rounded quotient is `quotient.ts`'s work.
 */
import { add, addScaled, type Dim, fromTerms, monomial, sub, type Term, withoutAtoms, zero } from './polynomial.ts';

/** Rounded down, exactly: `%` of integers does not round, as `/` does. */
export const floorDivide = (a: number, b: number): number => (a - floorRemainder(a, b)) / b;

export function floorRemainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest === 0 ? 0 : rest;
}

/** Products are compared by their number of atoms, then by the atoms' names: an order that multiplication keeps. */
function isAbove(a: Term, b: Term): boolean {
  if (a.atoms.length !== b.atoms.length) return a.atoms.length > b.atoms.length;
  for (const [i, { key }] of a.atoms.entries()) if (key !== b.atoms[i].key) return key < b.atoms[i].key;
  return false;
}

/** The term that decides a division by b. */
export const leading = ({ terms }: Dim): Term => terms.reduce((best, term) => (isAbove(term, best) ? term : best));

/**
 * `a = whole * b + rest`, where no term of the rest holds the leading term of b: its coefficients there are from 0 to
 * one below b's. The leading coefficient of b is positive.
 */
export function divide(a: Dim, b: Dim): { readonly whole: Dim; readonly rest: Dim } {
  const lead = leading(b);
  let whole = zero;
  let rest = a;
  for (;;) {
    let [top, factor]: [Term | undefined, Term | undefined] = [undefined, undefined];
    for (const term of rest.terms) {
      const times = floorDivide(term.coefficient, lead.coefficient);
      const atoms = times === 0 ? undefined : withoutAtoms(term.atoms, lead.atoms);
      if (atoms && (top === undefined || isAbove(term, top))) [top, factor] = [term, monomial(times, atoms)];
    }
    if (!factor) return { whole, rest };
    const part = fromTerms([factor]);
    whole = add(whole, part);
    rest = sub(rest, product(b, factor));
  }
}

/** b times one term. */
const product = (b: Dim, factor: Term): Dim =>
  b.terms.reduce(
    (sum, { coefficient, atoms }) =>
      addScaled(sum, fromTerms([monomial(coefficient, [...atoms, ...factor.atoms])]), factor.coefficient),
    zero,
  );

/** `a / b` where b divides a, else undefined. */
export function divideExact(a: Dim, b: Dim): Dim | undefined {
  if (b.terms.length === 0) return undefined;
  const sign = leading(b).coefficient < 0 ? -1 : 1;
  const { whole, rest } = divide(a, addScaled(zero, b, sign));
  return rest.terms.length === 0 ? addScaled(zero, whole, sign) : undefined;
}
