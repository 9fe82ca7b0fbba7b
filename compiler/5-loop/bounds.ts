/** Conditions on loop variables as bounds of a loop, and lists of them without what the others imply. By arithmetic alone. */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { addScaled, coefficientOf, constantAffine, fromAffine, toAffine } from './affine.ts';
import { axisExpr, dependsOn, isIndexArithmetic, keyOf } from './walk.ts';

/** A condition that says from where on, or up to where, an axis goes. */
export interface Bound {
  readonly condition: Expr;
  /** Up to `at`, without it; else from `at` on. */
  readonly end: boolean;
  readonly at: Expr;
  /** It is about the batch's size. */
  readonly batch: boolean;
}

/** What a condition says of an axis, all others inside of it being open still. */
export function boundOf(condition: Expr, axis: Axis, open: readonly Axis[]): Bound | undefined {
  if (condition.kind !== 'apply' || (condition.fn !== 'lt' && condition.fn !== 'ge')) return undefined;
  const [index, bound] = condition.args;
  // A number in memory may be the bound of a loop that it does not change in.
  if (![index, bound].every((arg) => arg.type === 'i32' && (isIndexArithmetic(arg) || isLoadOutside(arg, axis))))
    return undefined;
  if (open.some((each) => dependsOn(condition, each))) return undefined;
  const difference = addScaled(toAffine(index), toAffine(bound), -1);
  const sign = coefficientOf(difference, axis.id);
  if (sign !== 1 && sign !== -1) return undefined;
  const rest = addScaled(difference, toAffine(axisExpr(axis)), -sign);
  const end = condition.fn === 'lt' ? sign > 0 : sign < 0;
  // sign * axis + rest < 0, or >= 0.
  const edge = addScaled(constantAffine(sign > 0 ? 0 : 1), rest, -sign);
  const batch = bound.kind === 'size' && dim.constant(bound.dim) === undefined;
  return { condition, end, at: fromAffine(edge), batch };
}

const isLoadOutside = (expr: Expr, axis: Axis): boolean => expr.kind === 'load' && !dependsOn(expr, axis);

/** Of comparisons that differ in a number alone, as those of neighbouring places do, the one that implies the others. */
export function strongest(conditions: readonly Expr[]): Expr[] {
  const kept = new Map<string, { condition: Expr; constant: number }>();
  for (const condition of conditions) {
    const least = condition.kind === 'apply' && condition.fn === 'ge';
    const known = least || (condition.kind === 'apply' && condition.fn === 'lt');
    if (!known || condition.args.some((arg) => arg.type !== 'i32' || !isIndexArithmetic(arg))) {
      kept.set(keyOf(condition), { condition, constant: 0 });
      continue;
    }
    const [a, b] = condition.args;
    const difference = addScaled(toAffine(a), toAffine(b), -1);
    const { constant } = difference;
    const key = `${condition.fn} ${keyOf(fromAffine({ ...difference, constant: 0 }))}`;
    const before = kept.get(key);
    if (!before || (least ? constant < before.constant : constant > before.constant))
      kept.set(key, { condition, constant });
  }
  return [...kept.values()].map(({ condition }) => condition);
}
