/**
 * The one relation between different quotients: floor(p / q) + floor((p + 1) / q) + … + floor((p + q - 1) / q) = p (Hermite), and
 * for every d that divides q the same in steps of d, which gives floor(p / d). Sums that hold all of a set are rewritten, so
 * that H / 2 + ceil(H / 2) is H.
 */
import {
  add,
  addScaled,
  constant,
  constantPart,
  type Dim,
  fromTerms,
  int,
  monomial,
  mul,
  type Term,
  varying,
} from './polynomial.ts';
import { floorQuotient } from './quotient.ts';

/** Sets of more quotients than this are not looked for. */
const MOST = 64;

interface Group {
  readonly divisor: number;
  /** What is divided, without the constant, and what the quotient is multiplied by. */
  readonly base: Dim;
  readonly factor: Dim;
  /** The terms by the constant in their dividend. */
  readonly terms: Map<number, Term>;
}

/** The same dimension without complete sets of quotients. */
export function settled(a: Dim): Dim {
  if (a.terms.length < 2) return a;
  for (const { divisor, base, factor, terms } of groupsOf(a).values()) {
    for (let step = 1; step < divisor; step++) {
      if (divisor % step !== 0 || terms.size < divisor / step) continue;
      for (let first = 0; first < step; first++) {
        const set = Array.from({ length: divisor / step }, (_, i) => terms.get(first + i * step));
        const members = set.filter((term) => term !== undefined);
        const times = members.length === set.length ? inCommon(members) : 0;
        if (times === 0) continue;
        const one = members.map((term) => fromTerms([{ ...term, coefficient: 1 }]));
        const others = one.reduce((sum, member) => addScaled(sum, member, -times), a);
        const whole = floorQuotient(add(base, int(first)), int(step));
        return settled(addScaled(others, mul(whole, factor), times));
      }
    }
  }
  return a;
}

/** How often all of them are there; 0 where some are added and others subtracted. */
function inCommon(terms: readonly Term[]): number {
  const coefficients = terms.map((term) => term.coefficient);
  const [least, most] = [Math.min(...coefficients), Math.max(...coefficients)];
  return least > 0 ? least : Math.min(most, 0);
}

function groupsOf(a: Dim): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const term of a.terms) {
    for (const [i, atom] of term.atoms.entries()) {
      const divisor = atom.kind === 'floor' ? constant(atom.divisor) : undefined;
      if (atom.kind !== 'floor' || divisor === undefined || divisor > MOST) continue;
      const others = monomial(
        1,
        term.atoms.filter((_, j) => j !== i),
      );
      const base = varying(atom.dividend);
      const key = `${divisor}|${base.key}|${others.key}`;
      const factor = fromTerms([others]);
      const group = groups.get(key) ?? { divisor, base, factor, terms: new Map<number, Term>() };
      group.terms.set(constantPart(atom.dividend), term);
      groups.set(key, group);
    }
  }
  return groups;
}
