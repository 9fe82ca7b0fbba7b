/**
 * Formulas over sizes as plain trees, with two meanings: the dimension that the compiler makes of them, and their value by
 * plain integer arithmetic. Tests compare the two; nothing here knows a normal form.
 */
export { generator } from '../support/generator.ts';

import { type Dim, dim } from '../../compiler/dim/dim.ts';

export type Operator = '+' | '-' | '*' | 'floor' | 'ceil' | '%' | 'min' | 'max';

export type Formula =
  | number
  | string
  | { readonly operator: Operator; readonly left: Formula; readonly right: Formula };

const make =
  (operator: Operator) =>
  (left: Formula, right: Formula): Formula => ({ operator, left, right });

export const plus = make('+');
export const minus = make('-');
export const times = make('*');
export const floor = make('floor');
export const ceil = make('ceil');
export const mod = make('%');
export const min = make('min');
export const max = make('max');

const dims: Readonly<Record<Operator, (a: Dim, b: Dim) => Dim>> = {
  '+': dim.add,
  '-': dim.sub,
  '*': dim.mul,
  floor: dim.floorDiv,
  ceil: dim.ceilDiv,
  '%': dim.mod,
  min: dim.min,
  max: dim.max,
};

export function toDim(formula: Formula): Dim {
  if (typeof formula === 'number') return dim.int(formula);
  if (typeof formula === 'string') return dim.symbol(formula);
  return dims[formula.operator](toDim(formula.left), toDim(formula.right));
}

const values: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  floor: (a, b) => (b === 0 ? Number.NaN : Math.floor(a / b)),
  ceil: (a, b) => (b === 0 ? Number.NaN : Math.ceil(a / b)),
  '%': (a, b) => a - b * Math.floor(a / b),
  min: Math.min,
  max: Math.max,
};

/** Not a number where something is divided by zero. */
export function valueAt(formula: Formula, env: Readonly<Record<string, number>>): number {
  if (typeof formula === 'number') return formula;
  if (typeof formula === 'string') return env[formula];
  return values[formula.operator](valueAt(formula.left, env), valueAt(formula.right, env)) + 0;
}

export function text(formula: Formula): string {
  if (typeof formula !== 'object') return String(formula);
  const { operator, left, right } = formula;
  const call = /[a-z]/.test(operator);
  return call ? `${operator}(${text(left)}, ${text(right)})` : `(${text(left)} ${operator} ${text(right)})`;
}

export function namesIn(formula: Formula): readonly string[] {
  if (typeof formula === 'number') return [];
  if (typeof formula === 'string') return [formula];
  return [...new Set([...namesIn(formula.left), ...namesIn(formula.right)])];
}

/** Every assignment of 1..most to the names. */
export function grid(names: readonly string[], most: number): Record<string, number>[] {
  return names.reduce<Record<string, number>[]>(
    (all, name) => all.flatMap((env) => Array.from({ length: most }, (_, i) => ({ ...env, [name]: i + 1 }))),
    [{}],
  );
}

/** A formula of at most so many levels over the names, with small numbers. */
export function drawn(random: (below: number) => number, levels: number, names: readonly string[]): Formula {
  if (levels === 0 || random(6) === 0) return random(3) === 0 ? random(9) - 3 : names[random(names.length)];
  const operators: readonly Operator[] = ['+', '+', '-', '-', '*', 'floor', 'ceil', '%', 'min', 'max'];
  const operator = operators[random(operators.length)];
  const left = drawn(random, levels - 1, names);
  const quotient = operator === 'floor' || operator === 'ceil' || operator === '%';
  // Mostly by a positive number, as in practice.
  if (quotient && random(4) > 0) return { operator, left, right: 1 + random(6) };
  return { operator, left, right: drawn(random, levels - 1, names) };
}
