/** Dimensions with names replaced: by other dimensions, or by numbers. */
import { floorDivide } from './divide.ts';
import { settled } from './floor-sums.ts';
import { minimum } from './minimum.ts';
import { type Atom, addScaled, constant, type Dim, DimensionError, fromAtom, int, mul, zero } from './polynomial.ts';
import { floorQuotient } from './quotient.ts';

/** In the order in which they first appear. */
export function symbols(a: Dim): string[] {
  const names = new Set<string>();
  const visit = ({ terms }: Dim): void => {
    for (const { atoms } of terms) {
      for (const atom of atoms) {
        if (atom.kind === 'symbol') names.add(atom.name);
        else if (atom.kind === 'min') atom.operands.forEach(visit);
        else [atom.dividend, atom.divisor].forEach(visit);
      }
    }
  };
  visit(a);
  return [...names];
}

export function substitute(a: Dim, env: Readonly<Record<string, Dim>>): Dim {
  if (constant(a) !== undefined) return a;
  const replaceAtom = (atom: Atom): Dim => {
    if (atom.kind === 'symbol') return Object.hasOwn(env, atom.name) ? env[atom.name] : fromAtom(atom);
    if (atom.kind === 'min') return minimum(atom.operands.map((operand) => substitute(operand, env)));
    return floorQuotient(substitute(atom.dividend, env), substitute(atom.divisor, env));
  };
  const sum = a.terms.reduce(
    (total, term) => addScaled(total, term.atoms.map(replaceAtom).reduce(mul, int(1)), term.coefficient),
    zero,
  );
  return settled(sum);
}

/** The value with every name given. Throws `DimensionError` where one is missing, or the value is beyond 2^53. */
export function evaluate(a: Dim, env: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const { coefficient, atoms } of a.terms) {
    let product = coefficient;
    for (const atom of atoms) product = safe(product * numberOf(atom, env));
    sum = safe(sum + product);
  }
  return sum;
}

function safe(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new DimensionError('this size is beyond 2^53');
}

function numberOf(atom: Atom, env: Readonly<Record<string, number>>): number {
  if (atom.kind === 'min') return Math.min(...atom.operands.map((operand) => evaluate(operand, env)));
  if (atom.kind === 'symbol') {
    if (Object.hasOwn(env, atom.name)) return env[atom.name];
    throw new DimensionError(`the dimension ${atom.name} has no value`);
  }
  const divisor = evaluate(atom.divisor, env);
  if (divisor === 0) throw new DimensionError('this size is divided by zero');
  return floorDivide(evaluate(atom.dividend, env), divisor);
}
