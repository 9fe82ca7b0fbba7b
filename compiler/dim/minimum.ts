/**
 * `min` and `max` in a normal form. There is only `min`: the largest is the negative of the smallest negative. A minimum's
 * operands share nothing: what all of them have in common is added outside of it, and a common factor is outside too, so
 * that min(a + c, b + c) = min(a, b) + c, min(k a, k b) = k min(a, b) and min(a, b) + max(a, b) = a + b hold by themselves.
 */
import { isAtMost } from './bounds.ts';
import { divideExact } from './divide.ts';
import {
  type Atom,
  add,
  addScaled,
  casesOf,
  type Dim,
  fromAtom,
  fromTerms,
  gcd,
  minimumTerm,
  monomial,
  mul,
  negate,
  sub,
  type Term,
  withoutAtoms,
  zero,
} from './polynomial.ts';

/** Minima of more operands than this are not taken apart further. */
const MOST_OPERANDS = 16;

export const maximum = (list: readonly Dim[]): Dim => negate(minimum(list.map(negate)));

export function minimum(list: readonly Dim[]): Dim {
  const common = commonTerms(list);
  const operands = smallest(spread(list.map((operand) => sub(operand, common))));
  if (operands.length === 1) return add(common, operands[0]);
  // Of what is left more may be common than of what there was.
  if (commonTerms(operands).terms.length > 0) return add(common, minimum(operands));
  const factor = commonFactor(operands);
  const parts = operands.map((operand) => divideExact(operand, factor) ?? operand);
  const ordered = parts.sort((x, y) => (x.key < y.key ? -1 : 1));
  const key = `min(${ordered.map((operand) => operand.key).join(';')})`;
  return add(common, mul(factor, fromAtom({ kind: 'min', operands: ordered, key })));
}

/** A minimum among the operands of a minimum: its own operands. */
function spread(list: readonly Dim[]): readonly Dim[] {
  let operands = list;
  for (let at = 0; at < operands.length && operands.length < MOST_OPERANDS; ) {
    const inner = minimumTerm(operands[at]);
    if (inner && inner.sign > 0) operands = operands.toSpliced(at, 1, ...casesOf(operands[at], inner));
    else at++;
  }
  return operands;
}

/** Without those that are never below another one. */
function smallest(list: readonly Dim[]): readonly Dim[] {
  const distinct = [...new Map(list.map((operand) => [operand.key, operand])).values()];
  if (distinct.length > MOST_OPERANDS) return distinct;
  const kept: Dim[] = [];
  for (const [i, operand] of distinct.entries()) {
    const rivals = [...kept, ...distinct.slice(i + 1)];
    if (!rivals.some((rival) => isAtMost(rival, operand))) kept.push(operand);
  }
  return kept;
}

/** Each term with the smallest coefficient that an operand has for it. */
function commonTerms(operands: readonly Dim[]): Dim {
  const least = new Map<string, Term>();
  for (const { terms } of operands) for (const term of terms) least.set(term.key, term);
  for (const [key, term] of least) {
    const coefficients = operands.map(({ terms }) => terms.find((other) => other.key === key)?.coefficient ?? 0);
    least.set(key, { ...term, coefficient: Math.min(...coefficients) });
  }
  const terms = [...least.values()].filter((term) => term.coefficient !== 0);
  return fromTerms(terms.sort((x, y) => (x.key < y.key ? -1 : 1)));
}

/** The greatest integer and the names (which are positive) that divide every operand. */
function commonFactor(operands: readonly Dim[]): Dim {
  const terms = operands.flatMap((operand) => operand.terms);
  const coefficient = terms.reduce((g, term) => gcd(g, term.coefficient), 0);
  const atoms: Atom[] = [];
  for (const atom of terms[0].atoms) {
    const shared = [...atoms, atom];
    if (atom.kind === 'symbol' && terms.every((term) => withoutAtoms(term.atoms, shared))) atoms.push(atom);
  }
  return addScaled(zero, fromTerms([monomial(1, atoms)]), coefficient);
}
