/**
 * What targets do not have over integers that run time knows (indices, classes): `/` and `%` are floored, as over sizes;
 * `max`, `min` and `abs` are choices.
 */
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { bounds } from './positions.ts';
import type { Site } from './site.ts';
import { asNumber, type TensorValue, type Value } from './values.ts';

export const isIntegral = (value: Value): boolean =>
  value.kind === 'int' || (value.kind === 'tensor' && value.type.element === 'i32');

export function floorDivision(operator: '/' | '%', left: Value, right: Value, span: Span, site: Site): Value {
  const apply = (op: string, a: Value, b: Value): Value => site.checker.elementwise(op, [a, b], span, site);
  const divisor = asNumber(right);
  if (isPositive(left) && divisor !== undefined && divisor > 0) {
    return apply(operator === '/' ? 'idiv' : 'imod', left, right);
  }
  const rest = apply('imod', apply('add', apply('imod', left, right), right), right);
  return operator === '%' ? rest : apply('idiv', apply('sub', left, rest), right);
}

/** Known not to be negative: a size, a class, an index that starts at 0. */
function isPositive(value: Value): boolean {
  if (value.kind !== 'tensor') return (asNumber(value) ?? 0) >= 0;
  if (value.type.classes) return true;
  return value.position !== undefined && (dim.constant(bounds(value.position)[0]) ?? -1) >= 0;
}

/** The larger, the smaller, the absolute value of integers; undefined for other operators and other elements. */
export function integerChoice(op: string, args: readonly TensorValue[], span: Span, site: Site): Value | undefined {
  // The larger of two classes means nothing.
  if (args.some(({ type }) => type.element !== 'i32' || type.classes !== undefined)) return undefined;
  const apply = (name: string, ...values: readonly Value[]): Value =>
    site.checker.elementwise(name, values, span, site);
  const [a, b] = args;
  if (op === 'abs') return apply('max', a, apply('neg', a));
  if (op !== 'max' && op !== 'min') return undefined;
  return apply('select', apply(op === 'max' ? 'gt' : 'lt', a, b), a, b);
}
