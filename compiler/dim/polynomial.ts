/**
 * Polynomials with integer coefficients over atoms, the ground that dimensions stand on: their terms in one order, their
 * keys, sums, products and division with a remainder. What an atom means, and when two of them are equal, is not known
 * here: `quotient.ts` and `minimum.ts` make atoms in their normal form.
 */

/** What is no polynomial: a name, a quotient that leaves a remainder, the smallest of several. Equal where keys are. */
export type Atom =
  | { readonly kind: 'symbol'; readonly name: string; readonly key: string }
  | { readonly kind: 'floor'; readonly dividend: Dim; readonly divisor: Dim; readonly key: string }
  | { readonly kind: 'min'; readonly operands: readonly Dim[]; readonly key: string };

/** One product: an integer times atoms in the order of their keys; `key` identifies the atoms' part, '' a constant. */
export interface Term {
  readonly coefficient: number;
  readonly atoms: readonly Atom[];
  readonly key: string;
}

/** An immutable dimension. Compare with `dim.equal`. The terms are sorted by key; zero has none. */
export interface Dim {
  readonly terms: readonly Term[];
  /** The same for equal normal forms and only for them. */
  readonly key: string;
}

/** Thrown where a dimension cannot be computed: beyond 2^53, divided by zero, too long. A wrong program's fault. */
export class DimensionError extends RangeError {
  override readonly name = 'DimensionError';
}

/** More than any formula has; products of long sums end here, and not in a lack of memory. */
const MOST_TERMS = 200;
/** Characters of a key, which grow with everything inside a formula. */
const LONGEST_KEY = 1000;

function checked(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new DimensionError(
    Number.isInteger(value) || !Number.isFinite(value)
      ? 'this size is beyond 2^53'
      : `a dimension must be an integer, not ${value}`,
  );
}

const NO_ATOMS: readonly Atom[] = [];
export const zero: Dim = { terms: [], key: '0' };

export function int(value: number): Dim {
  if (value === 0) return zero;
  checked(value);
  return { terms: [{ coefficient: value, atoms: NO_ATOMS, key: '' }], key: String(value) };
}

export const fromAtom = (atom: Atom): Dim => fromTerms([{ coefficient: 1, atoms: [atom], key: atom.key }]);

export const symbol = (name: string): Dim => fromAtom({ kind: 'symbol', name, key: name });

/** The value of a dimension without atoms. */
export function constant({ terms }: Dim): number | undefined {
  if (terms.length === 0) return 0;
  return terms.length === 1 && terms[0].key === '' ? terms[0].coefficient : undefined;
}

/** Of terms that are sorted, each key once, no coefficient 0. */
export function fromTerms(terms: readonly Term[]): Dim {
  if (terms.length === 0) return zero;
  if (terms.length > MOST_TERMS) throw new DimensionError('this size is too long a formula');
  let key = '';
  for (const term of terms) {
    if (key !== '') key += '+';
    key += term.key === '' ? term.coefficient : `${term.coefficient}*${term.key}`;
  }
  if (key.length > LONGEST_KEY) throw new DimensionError('this size is too long a formula');
  return { terms, key };
}

/** a + factor * b. */
export function addScaled(a: Dim, b: Dim, factor: number): Dim {
  if (b.terms.length === 0 || factor === 0) return a;
  const [x, y] = [constant(a), constant(b)];
  if (x !== undefined && y !== undefined) return int(x + y * factor);
  const terms: Term[] = [];
  let [i, j] = [0, 0];
  while (i < a.terms.length || j < b.terms.length) {
    const [left, right] = [a.terms[i], b.terms[j]];
    if (right === undefined || (left !== undefined && left.key < right.key)) {
      terms.push(left);
      i++;
      continue;
    }
    const same = left !== undefined && left.key === right.key;
    const coefficient = checked((same ? left.coefficient : 0) + checked(factor * right.coefficient));
    if (coefficient !== 0) terms.push({ coefficient, atoms: right.atoms, key: right.key });
    if (same) i++;
    j++;
  }
  return fromTerms(terms);
}

export const add = (a: Dim, b: Dim): Dim => (a.terms.length === 0 ? b : addScaled(a, b, 1));
export const sub = (a: Dim, b: Dim): Dim => addScaled(a, b, -1);
export const scale = (a: Dim, factor: number): Dim => (factor === 1 ? a : addScaled(zero, a, factor));
export const negate = (a: Dim): Dim => scale(a, -1);

export function mul(a: Dim, b: Dim): Dim {
  const [x, y] = [constant(a), constant(b)];
  if (x !== undefined) return scale(b, x);
  if (y !== undefined) return scale(a, y);
  const sums = new Map<string, Term>();
  for (const left of a.terms) {
    for (const right of b.terms) {
      const atoms = [...left.atoms, ...right.atoms];
      const term = monomial(checked(left.coefficient * right.coefficient), atoms);
      const before = sums.get(term.key);
      const coefficient = before ? checked(before.coefficient + term.coefficient) : term.coefficient;
      sums.set(term.key, { ...term, coefficient });
      if (sums.size > MOST_TERMS) throw new DimensionError('this size is too long a formula');
    }
  }
  return fromTerms(sorted([...sums.values()].filter((term) => term.coefficient !== 0)));
}

const sorted = (terms: Term[]): Term[] => terms.sort((x, y) => (x.key < y.key ? -1 : 1));

/** The product of the atoms, in any order, as a term. */
export function monomial(coefficient: number, atoms: readonly Atom[]): Term {
  const ordered = atoms.length > 1 ? [...atoms].sort((p, q) => (p.key < q.key ? -1 : 1)) : atoms;
  return { coefficient, atoms: ordered, key: ordered.map((atom) => atom.key).join('*') };
}

/** The terms of a that the predicate picks. */
export const pick = (a: Dim, wanted: (term: Term) => boolean): Dim => fromTerms(a.terms.filter(wanted));

/** Everything but the constant. */
export const varying = (a: Dim): Dim => pick(a, (term) => term.key !== '');

export const constantPart = ({ terms }: Dim): number => (terms[0]?.key === '' ? terms[0].coefficient : 0);

export function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** The greatest integer that divides every coefficient; 0 for zero. */
export const content = ({ terms }: Dim): number => terms.reduce((g, term) => gcd(g, term.coefficient), 0);

/** The rest of `atoms` without `part`, or undefined where `part` is not all in there. Both are sorted. */
export function withoutAtoms(atoms: readonly Atom[], part: readonly Atom[]): readonly Atom[] | undefined {
  if (part.length === 0) return atoms;
  const rest: Atom[] = [];
  let i = 0;
  for (const atom of atoms) {
    if (i < part.length && atom.key === part[i].key) i++;
    else rest.push(atom);
  }
  return i === part.length ? rest : undefined;
}

/** A minimum times something positive: an integer and names. */
export interface MinimumTerm {
  readonly term: Term;
  readonly operands: readonly Dim[];
  readonly factor: Dim;
  readonly sign: 1 | -1;
}

/** The first term in which a minimum is multiplied by integers and names alone, so that it can be taken apart. */
export function minimumTerm({ terms }: Dim): MinimumTerm | undefined {
  for (const term of terms) {
    const others = term.atoms.filter((atom) => atom.kind === 'symbol');
    const atom = term.atoms.find(({ kind }) => kind === 'min');
    if (atom?.kind !== 'min' || others.length !== term.atoms.length - 1) continue;
    const factor = fromTerms([monomial(Math.abs(term.coefficient), others)]);
    return { term, operands: atom.operands, factor, sign: term.coefficient > 0 ? 1 : -1 };
  }
  return undefined;
}

/** What a is when its minimum is each of the operands. */
export function casesOf(a: Dim, { term, operands, factor, sign }: MinimumTerm): readonly Dim[] {
  const others = sub(a, fromTerms([term]));
  return operands.map((operand) => addScaled(others, mul(operand, factor), sign));
}
