/**
 * How often a guard holds: a convolution's gradient asks at each tap whether it lies inside of the picture, and where it
 * does not, nothing is computed. Only conditions on loop variables are counted; what memory decides counts as true.
 */
import { evaluate } from '../ops/evaluate.ts';
import type { Expr } from '../ops/expr.ts';
import { conjuncts } from './simplify.ts';
import { axesOf, containsLoad } from './walk.ts';

/** Points that are tried for one condition: those of the few variables that it asks for. */
const MOST_POINTS = 1 << 16;

/** The share of all values of the loop variables for which the condition holds, at most. */
export function shareOf(condition: Expr, extents: ReadonlyMap<string, number>): number {
  const known = conjuncts(condition).filter((each) => isKnown(each));
  return together(known).reduce((share, group) => share * shareOfGroup(group, extents), 1);
}

/** From loop variables and numbers alone. */
function isKnown(expr: Expr): boolean {
  if (containsLoad(expr)) return false;
  if (expr.kind === 'const' || expr.kind === 'axis' || expr.kind === 'size') return true;
  return expr.kind === 'apply' && expr.args.every(isKnown);
}

/** Conditions in groups that have no variable in common: the shares of these multiply. */
function together(conditions: readonly Expr[]): Expr[][] {
  let groups: Expr[][] = [];
  for (const condition of conditions) {
    const own = axesOf(condition);
    const meets = (group: readonly Expr[]): boolean =>
      group.some((each) => [...axesOf(each)].some((id) => own.has(id)));
    groups = [...groups.filter((group) => !meets(group)), [...groups.filter(meets).flat(), condition]];
  }
  return groups;
}

function shareOfGroup(conditions: readonly Expr[], extents: ReadonlyMap<string, number>): number {
  const ids = [...new Set(conditions.flatMap((condition) => [...axesOf(condition)]))];
  const counts = ids.map((id) => extents.get(id) ?? Number.POSITIVE_INFINITY);
  const points = counts.reduce((product, count) => product * count, 1);
  if (points > MOST_POINTS) return 1;
  const axes = new Map<string, number>();
  const env = { axes, dims: {}, uniforms: {}, load: () => Number.NaN };
  let holds = 0;
  for (let point = 0; point < points; point++) {
    let rest = point;
    ids.forEach((id, i) => {
      axes.set(id, rest % counts[i]);
      rest = Math.floor(rest / counts[i]);
    });
    if (conditions.every((condition) => evaluate(condition, env) !== 0)) holds++;
  }
  return points === 0 ? 1 : holds / points;
}
