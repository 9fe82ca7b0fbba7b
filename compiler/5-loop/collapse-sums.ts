/**
 * Sums of which one term at most is not zero. `sum over r of (r == e ? body : 0)` is `0 <= e < extent ? body[r := e] : 0`:
 * the loop that looks for the one place that reads an element becomes the place. Exact: what is left out are zeros.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { addScaled, coefficientOf, fromAffine, toAffine } from './affine.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import { axesOf, dependsOn, forEachNode, intExpr, rewriter, sizeExpr, substituteAxes } from './walk.ts';

type Sum = Extract<Expr, { kind: 'reduce' }>;

/** Replaces every such sum inside an expression; the expression itself where there is none. */
export function collapseSums(expr: Expr): Expr {
  return rewriter((e) => (e.kind === 'reduce' && e.combine === 'sum' ? collapse(e) : e))(expr);
}

/** What a sum may be written as: terms where all the conditions hold. */
interface Terms {
  readonly axes: readonly Axis[];
  /** Tested before the others: that what was solved for is in range. */
  readonly ranges: readonly Expr[];
  readonly conditions: readonly Condition[];
  readonly value: Expr;
}

interface Condition {
  readonly test: Expr;
  /** Reads memory at an index that is in range only where `ranges` hold: it may not be asked before. */
  readonly behind: boolean;
}

function collapse(sum: Sum): Expr {
  const { conditions, value } = pullGuards(sum.body);
  const before: Terms = {
    axes: sum.axes,
    ranges: [],
    conditions: conditions.flatMap(conjuncts).map((test) => ({ test, behind: false })),
    value,
  };
  let terms = before;
  for (let next: Terms | undefined = terms; next; next = eliminateOne(terms)) terms = next;
  if (terms === before) return sum;
  const zero: Expr = { kind: 'const', type: sum.type, value: 0 };
  const guard = (list: readonly Expr[], inside: Expr): Expr => {
    if (list.length === 0) return inside;
    const condition = list.reduce((a, b) => compare('and', a, b));
    return { kind: 'guard', type: sum.type, condition, value: inside, otherwise: zero };
  };
  const body = simplify(
    guard(
      terms.ranges,
      guard(
        terms.conditions.map(({ test }) => test),
        terms.value,
      ),
    ),
  );
  return terms.axes.length === 0 ? body : { ...sum, axes: terms.axes, body };
}

function eliminateOne(terms: Terms): Terms | undefined {
  for (const condition of terms.conditions) {
    if (condition.behind) continue;
    for (const axis of terms.axes) {
      const solved = solve(condition.test, axis);
      const next = solved && eliminate(terms, condition, axis, solved);
      if (next) return next;
    }
  }
  return undefined;
}

interface Solution {
  readonly value: Expr;
  readonly ranges: readonly Expr[];
}

/** `condition` as a value for the axis and what must be true of it; undefined where it is no equation for the axis. */
function solve(condition: Expr, axis: Axis): Solution | undefined {
  if (condition.kind !== 'apply' || condition.fn !== 'eq' || condition.args[0].type !== 'i32') return undefined;
  const [left, right] = condition.args.map(toAffine);
  const difference = addScaled(left, right, -1);
  const coefficient = coefficientOf(difference, axis.id);
  if (!coefficient) return undefined;
  const step = Math.abs(coefficient);
  // coefficient * axis + rest = 0
  const own = toAffine({ kind: 'axis', type: 'i32', axis });
  const rest = addScaled(difference, own, -coefficient);
  const multiple = fromAffine(addScaled(toAffine(intExpr(0)), rest, -Math.sign(coefficient)));
  const by = intExpr(step);
  const whole =
    step === 1 ? [] : [compare('eq', { kind: 'apply', type: 'i32', fn: 'imod', args: [multiple, by] }, intExpr(0))];
  return {
    value: step === 1 ? multiple : { kind: 'apply', type: 'i32', fn: 'idiv', args: [multiple, by] },
    ranges: [
      compare('ge', multiple, intExpr(0)),
      compare('lt', multiple, sizeExpr(scaled(axis.extent, step))),
      ...whole,
    ].map(simplify),
  };
}

const scaled = (extent: Dim, by: number): Dim => dim.mul(extent, dim.int(by));

/** The terms with the axis at its one value; undefined where a test that is made already would read out of range. */
function eliminate(terms: Terms, equation: Condition, axis: Axis, { value, ranges }: Solution): Terms | undefined {
  const open = ranges.filter((range) => range.kind !== 'const');
  if (ranges.some((range) => range.kind === 'const' && range.value === 0)) return undefined;
  if (open.length > 0 && terms.ranges.some((range) => readsAt(range, axis))) return undefined;
  const replaced = new Map([[axis.id, value]]);
  const replace = (expr: Expr): Expr => (axesOf(expr).has(axis.id) ? simplify(substituteAxes(expr, replaced)) : expr);
  return {
    axes: terms.axes.filter((other) => other !== axis),
    ranges: [...terms.ranges.map(replace), ...open],
    conditions: terms.conditions.flatMap((condition) => {
      if (condition === equation) return [];
      const behind = condition.behind || (open.length > 0 && readsAt(condition.test, axis));
      return [{ test: replace(condition.test), behind }];
    }),
    value: replace(terms.value),
  };
}

/** True where memory is read at an index that depends on the axis. */
function readsAt(expr: Expr, axis: Axis): boolean {
  let found = false;
  forEachNode([expr], (e) => {
    if (e.kind === 'load' && dependsOn(e, axis)) found = true;
  });
  return found;
}

function compare(fn: 'and' | 'eq' | 'ge' | 'lt', a: Expr, b: Expr): Expr {
  return { kind: 'apply', type: 'bool', fn, args: [a, b] };
}
