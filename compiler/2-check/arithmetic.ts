/**
 * Arithmetic and comparison over configuration values and dimensions. Integers stay integers; a quotient of integers is
 * a number that remembers its floor, because a dimension's `/` rounds down. Tensors are not handled here.
 */
import type { BinaryOperator } from '../1-parse/ast.ts';
import { type Dim, DimensionError, dim } from '../dim/dim.ts';
import { asDim, asNumber, floatValue, intValue, type Value } from './values.ts';

/** Why an operation has no value. */
export interface Trouble {
  readonly trouble: string;
}

export type Arithmetic = Extract<BinaryOperator, '+' | '-' | '*' | '/' | '%'>;

export const isArithmetic = (operator: BinaryOperator): operator is Arithmetic =>
  Object.hasOwn(dimOperations, operator);

const dimOperations: Readonly<Record<Arithmetic, (a: Dim, b: Dim) => Dim>> = {
  '+': dim.add,
  '-': dim.sub,
  '*': dim.mul,
  '/': dim.floorDiv,
  '%': dim.mod,
};

const numberOperations: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a - Math.floor(a / b) * b,
};

/** `+ - * / %` over numbers known at compile time, or over integers with symbols. Undefined where it needs run time. */
export function arithmetic(operator: Arithmetic, a: Value, b: Value): Value | Trouble | undefined {
  const [da, db] = [asDim(a), asDim(b)];
  const [x, y] = [asNumber(a), asNumber(b)];
  if ((operator === '/' || operator === '%') && y === 0) return { trouble: 'this divides by zero' };
  let floor: Dim | undefined;
  if (da && db && (dim.constant(db) !== 0 || (operator !== '/' && operator !== '%'))) {
    try {
      floor = dimOperations[operator](da, db);
    } catch (error) {
      return { trouble: error instanceof DimensionError ? error.message : 'this integer is too large' };
    }
  }
  if (x !== undefined && y !== undefined) {
    const value = numberOperations[operator](x, y);
    if (floor && dim.constant(floor) === value) return intValue(floor);
    return floor ? { kind: 'float', value, floor } : floatValue(value);
  }
  if (
    floor &&
    a.kind === 'int' &&
    b.kind === 'int' &&
    (operator !== '/' || dim.divideExact(da ?? floor, db ?? floor))
  ) {
    return intValue(floor);
  }
  return undefined;
}

/** A comparison's outcome; undefined where symbols leave it open or the values cannot be compared. */
export function compare(operator: BinaryOperator, a: Value, b: Value): boolean | undefined {
  if (a.kind === 'tuple' && b.kind === 'tuple') return compareTuples(operator, a.items, b.items);
  if ((a.kind === 'bool' && b.kind === 'bool') || (a.kind === 'string' && b.kind === 'string')) {
    return operator === '==' ? a.value === b.value : operator === '!=' ? a.value !== b.value : undefined;
  }
  const difference = differenceOf(a, b);
  if (difference === undefined) return undefined;
  switch (operator) {
    case '==':
      return difference === 0;
    case '!=':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    default:
      return undefined;
  }
}

function compareTuples(operator: BinaryOperator, a: readonly Value[], b: readonly Value[]): boolean | undefined {
  if (operator !== '==' && operator !== '!=') return undefined;
  const same = a.length === b.length ? a.map((item, i) => compare('==', item, b[i])) : [false];
  if (same.includes(false)) return operator === '!=';
  return same.includes(undefined) ? undefined : operator === '==';
}

function differenceOf(a: Value, b: Value): number | undefined {
  const [x, y] = [asNumber(a), asNumber(b)];
  if (x !== undefined && y !== undefined) return x - y;
  return a.kind === 'int' && b.kind === 'int' ? dim.constant(dim.sub(a.dim, b.dim)) : undefined;
}
