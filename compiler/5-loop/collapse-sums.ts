/**
 * Sums of which one term at most is not zero. `sum over r of (r == e ? body : 0)` is `0 <= e < extent ? body[r := e] : 0`:
 * the loop that looks for the one place that reads an element becomes the place. Exact: what is left out are zeros.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { loadsIn } from './address.ts';
import { addScaled, coefficientOf, constantAffine, fromAffine, toAffine } from './affine.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import { axesOf, axisExpr, intExpr, rewriter, sizeExpr, substituteAxes } from './walk.ts';

/** Axes longer than this are not gone through step by step. */
const LONGEST_TRIMMED = 4096;

type Sum = Extract<Expr, { kind: 'reduce' }>;

/**
 * Replaces every such sum inside an expression; the expression itself where there is none. `choices`: also where the equation
 * chooses between a factor and zero, and not only where a guard asks it.
 */
export function collapseSums(expr: Expr, choices = true): Expr {
  return rewriter((e) => (e.kind === 'reduce' && e.combine === 'sum' ? collapse(e, choices) : e))(expr);
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

function collapse(sum: Sum, choices: boolean): Expr {
  const { conditions, value } = pullGuards(choices ? choicesAsGuards(sum.body, sum.axes) : sum.body);
  const before: Terms = {
    axes: sum.axes,
    ranges: [],
    conditions: conditions.flatMap(conjuncts).map((test) => ({ test, behind: false })),
    value,
  };
  let terms = before;
  for (let next: Terms | undefined = terms; next; next = trimOne(terms)) terms = next;
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

/** `c ? x : 0` in a product as a guard around the product, where its condition is an equation that can be solved. */
function choicesAsGuards(body: Expr, axes: readonly Axis[]): Expr {
  if (body.kind === 'guard') return { ...body, value: choicesAsGuards(body.value, axes) };
  if (body.kind !== 'apply') return body;
  if (body.fn === 'mul') return { ...body, args: body.args.map((arg) => choicesAsGuards(arg, axes)) };
  if (body.fn !== 'select') return body;
  const [condition, value, otherwise] = body.args;
  const isZero = otherwise.kind === 'const' && otherwise.value === 0;
  if (!isZero || !conjuncts(condition).some((test) => solve(test, axes))) return body;
  return { kind: 'guard', type: body.type, condition, value: choicesAsGuards(value, axes), otherwise };
}

/** Leaves out the steps at an axis's ends where a condition on that axis alone does not hold; undefined if there are none. */
function trimOne(terms: Terms): Terms | undefined {
  for (const condition of terms.conditions) {
    const axis = terms.axes.find(({ id }) => axesOf(condition.test).has(id));
    const extent = axis && dim.constant(axis.extent);
    if (!axis || extent === undefined || extent > LONGEST_TRIMMED || axesOf(condition.test).size > 1) continue;
    const holds = Array.from({ length: extent }, (_, step) =>
      simplify(substituteAxes(condition.test, new Map([[axis.id, intExpr(step)]]))),
    );
    const steps = holds.flatMap((test, step) => (test.kind === 'const' && test.value !== 0 ? [step] : []));
    const [first] = steps;
    const last = steps.at(-1);
    const known = holds.every(({ kind }) => kind === 'const');
    if (!known || last === undefined || last - first + 1 !== steps.length) continue;
    const shorter: Axis = { id: axis.id, extent: dim.int(steps.length) };
    const place: Expr = { kind: 'apply', type: 'i32', fn: 'add', args: [axisExpr(shorter), intExpr(first)] };
    const replace = (expr: Expr): Expr => simplify(substituteAxes(expr, new Map([[axis.id, place]])));
    return {
      axes: terms.axes.map((each) => (each === axis ? shorter : each)),
      ranges: [],
      conditions: terms.conditions.flatMap((each) =>
        each === condition ? [] : [{ ...each, test: replace(each.test) }],
      ),
      value: replace(terms.value),
    };
  }
  return undefined;
}

function eliminateOne(terms: Terms): Terms | undefined {
  for (const condition of terms.conditions) {
    if (condition.behind) continue;
    const solved = solve(condition.test, terms.axes);
    const next = solved && eliminate(terms, condition, solved);
    if (next) return next;
  }
  return undefined;
}

/** The one place where an equation holds. */
interface Solution {
  /** By axis. */
  readonly values: ReadonlyMap<string, Expr>;
  /** What must be true of it. */
  readonly ranges: readonly Expr[];
}

/** An axis in an equation, with what it is multiplied by there. */
interface Factor {
  readonly axis: Axis;
  readonly coefficient: number;
}

/** Solves an equation for an axis, or for several that count its places together; undefined where it is no such equation. */
function solve(condition: Expr, axes: readonly Axis[]): Solution | undefined {
  if (condition.kind !== 'apply' || condition.fn !== 'eq' || condition.args[0].type !== 'i32') return undefined;
  const [left, right] = condition.args.map(toAffine);
  const difference = addScaled(left, right, -1);
  const factors = axes.flatMap((axis): Factor[] => {
    const coefficient = coefficientOf(difference, axis.id);
    return coefficient ? [{ axis, coefficient }] : [];
  });
  const digits = digitsOf(factors);
  const [last] = digits;
  if (!last) return undefined;
  // sign * (the sum of step * digit) + rest = 0
  const sign = Math.sign(last.coefficient);
  const rest = digits.reduce(
    (sum, { axis, coefficient }) => addScaled(sum, toAffine(axisExpr(axis)), -coefficient),
    difference,
  );
  const whole = fromAffine(addScaled(constantAffine(0), rest, -sign));
  const count = digits.reduce(
    (product, { axis }) => dim.mul(product, axis.extent),
    dim.int(Math.abs(last.coefficient)),
  );
  const values = digits.map(({ axis, coefficient }, nth): [string, Expr] => {
    const above = arithmetic('idiv', whole, Math.abs(coefficient));
    const extent = nth < digits.length - 1 ? dim.constant(axis.extent) : undefined;
    return [axis.id, simplify(extent === undefined ? above : arithmetic('imod', above, extent))];
  });
  const divides = compare('eq', arithmetic('imod', whole, Math.abs(last.coefficient)), intExpr(0));
  const ranges = [compare('ge', whole, intExpr(0)), compare('lt', whole, sizeExpr(count)), divides].map(simplify);
  return { values: new Map(values), ranges };
}

/** Axes that together count as one, as the digits of a number do, the last digit first: `4 * r0 + r1` with r1 below 4. */
function digitsOf(factors: readonly Factor[]): Factor[] {
  const [last, ...others] = [...factors].sort((a, b) => Math.abs(a.coefficient) - Math.abs(b.coefficient));
  if (!last) return [];
  const digits = [last];
  for (const factor of others) {
    const { axis, coefficient } = digits[digits.length - 1];
    if (factor.coefficient !== coefficient * (dim.constant(axis.extent) ?? Number.NaN)) break;
    digits.push(factor);
  }
  return digits;
}

/** The terms at the one place; undefined where a test that is made already would read out of range. */
function eliminate(terms: Terms, equation: Condition, { values, ranges }: Solution): Terms | undefined {
  const open = ranges.filter((range) => range.kind !== 'const');
  if (ranges.some((range) => range.kind === 'const' && range.value === 0)) return undefined;
  if (open.length > 0 && terms.ranges.some((range) => readsAt(range, values))) return undefined;
  const depends = (expr: Expr): boolean => [...axesOf(expr)].some((id) => values.has(id));
  const replace = (expr: Expr): Expr => (depends(expr) ? simplify(substituteAxes(expr, values)) : expr);
  return {
    axes: terms.axes.filter(({ id }) => !values.has(id)),
    ranges: [...terms.ranges.map(replace), ...open],
    conditions: terms.conditions.flatMap((condition) => {
      if (condition === equation) return [];
      const behind = condition.behind || (open.length > 0 && readsAt(condition.test, values));
      return [{ test: replace(condition.test), behind }];
    }),
    value: replace(terms.value),
  };
}

/** True where memory is read at an index that depends on one of the axes. */
function readsAt(expr: Expr, axes: ReadonlyMap<string, Expr>): boolean {
  return loadsIn([expr]).some((load) => [...axesOf(load)].some((id) => axes.has(id)));
}

function compare(fn: 'and' | 'eq' | 'ge' | 'lt', a: Expr, b: Expr): Expr {
  return { kind: 'apply', type: 'bool', fn, args: [a, b] };
}

function arithmetic(fn: 'idiv' | 'imod', a: Expr, by: number): Expr {
  return { kind: 'apply', type: 'i32', fn, args: [a, intExpr(by)] };
}
