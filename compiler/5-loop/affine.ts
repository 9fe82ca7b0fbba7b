/**
 * Index arithmetic in normal form: a sum of integer multiples of atoms plus a constant. Divisions and remainders by
 * constants vanish where ranges show that they can. This is what makes reshapes and permutations free: their index
 * expressions reduce to strides.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Expr } from '../ops/expr.ts';
import { axesOf, intExpr, keyOf } from './walk.ts';

export interface AffineTerm {
  readonly coefficient: number;
  readonly atom: Expr;
}

export interface Affine {
  readonly terms: ReadonlyMap<string, AffineTerm>;
  readonly constant: number;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

export const constantAffine = (constant: number): Affine => ({ terms: new Map(), constant });

function atomAffine(atom: Expr): Affine {
  return { terms: new Map([[keyOf(atom), { coefficient: 1, atom }]]), constant: 0 };
}

/** a + factor * b. */
export function addScaled(a: Affine, b: Affine, factor: number): Affine {
  const terms = new Map(a.terms);
  for (const [key, term] of b.terms) {
    const coefficient = (terms.get(key)?.coefficient ?? 0) + factor * term.coefficient;
    if (coefficient === 0) terms.delete(key);
    else terms.set(key, { coefficient, atom: term.atom });
  }
  return { terms, constant: a.constant + factor * b.constant };
}

const scale = (a: Affine, factor: number): Affine => addScaled(constantAffine(0), a, factor);

/** The normal form of an i32 expression. */
export function toAffine(expr: Expr): Affine {
  switch (expr.kind) {
    case 'const':
      return constantAffine(expr.value);
    case 'size':
      return sizeAffine(expr.dim);
    case 'axis':
      return dim.constant(expr.axis.extent) === 1 ? constantAffine(0) : atomAffine(expr);
    case 'apply':
      return applyAffine(expr);
    default:
      return atomAffine(expr);
  }
}

/** A size as multiples of the batch where it is that. */
function sizeAffine(size: Dim): Affine {
  const value = dim.constant(size);
  if (value !== undefined) return constantAffine(value);
  const [symbol] = dim.symbols(size);
  const linear = dim.linear(size, symbol);
  if (!linear) return atomAffine({ kind: 'size', type: 'i32', dim: size });
  const batch = atomAffine({ kind: 'size', type: 'i32', dim: dim.symbol(symbol) });
  return addScaled(constantAffine(linear.fixed), batch, linear.perSample);
}

type Apply = Extract<Expr, { kind: 'apply' }>;

/** Most expressions are asked for several times. */
const known = new WeakMap<Apply, Affine>();

function applyAffine(expr: Apply): Affine {
  const before = known.get(expr);
  if (before) return before;
  const affine = computeAffine(expr);
  known.set(expr, affine);
  return affine;
}

function computeAffine(expr: Apply): Affine {
  const args = expr.args.map((arg) => (arg.type === 'i32' ? toAffine(arg) : undefined));
  const [a, b] = args;
  if (a && expr.fn === 'neg') return scale(a, -1);
  if (a && b) {
    if (expr.fn === 'add') return addScaled(a, b, 1);
    if (expr.fn === 'sub') return addScaled(a, b, -1);
    if (expr.fn === 'mul') {
      if (b.terms.size === 0) return scale(a, b.constant);
      if (a.terms.size === 0) return scale(b, a.constant);
    }
    if (b.terms.size === 0 && b.constant > 0) {
      if (expr.fn === 'idiv') return divide(a, b.constant).quotient;
      if (expr.fn === 'imod') return divide(a, b.constant).remainder;
    }
  }
  return atomAffine({ ...expr, args: expr.args.map((arg, i) => (args[i] ? fromAffine(args[i]) : arg)) });
}

/** Floor division of a non-negative value: splits off the multiples of the divisor, then asks the rest's range. */
function divide(a: Affine, divisor: number): { quotient: Affine; remainder: Affine } {
  const { whole, rest } = splitMultiples(a, divisor);
  const { low, high } = rangeOf(rest);
  if (low >= 0 && high < divisor) return { quotient: whole, remainder: rest };
  const coarse = coarseDivision(rest, divisor);
  if (coarse) return { quotient: addScaled(whole, coarse.quotient, 1), remainder: coarse.remainder };
  const nested = nestedDivision(rest, divisor);
  const left = fromAffine(rest);
  const make = (fn: 'idiv' | 'imod'): Affine =>
    atomAffine({ kind: 'apply', type: 'i32', fn, args: [left, intExpr(divisor)] });
  return { quotient: addScaled(whole, nested ?? make('idiv'), 1), remainder: make('imod') };
}

/**
 * `(factor * x + rest) / (factor * d)` as `x / d` where the rest is smaller than the factor: what a number of blocks is divided
 * by does not depend on the place in a block. Undefined for other values.
 */
function coarseDivision(a: Affine, divisor: number): { quotient: Affine; remainder: Affine } | undefined {
  const factors = [...a.terms.values()].map(({ coefficient }) => greatestCommonDivisor(Math.abs(coefficient), divisor));
  for (const factor of [...new Set(factors)].sort((x, y) => y - x)) {
    if (factor === 1 || factor === divisor) continue;
    const { whole, rest } = splitMultiples(a, factor);
    const { low, high } = rangeOf(rest);
    if (low < 0 || high >= factor) continue;
    const { quotient, remainder } = divide(whole, divisor / factor);
    return { quotient, remainder: addScaled(rest, remainder, factor) };
  }
  return undefined;
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** `(x / c + k) / divisor` as `(x + k * c) / (c * divisor)`; undefined for other values. */
function nestedDivision(a: Affine, divisor: number): Affine | undefined {
  const [term, ...others] = a.terms.values();
  if (others.length > 0 || term.coefficient !== 1 || term.atom.kind !== 'apply' || term.atom.fn !== 'idiv') {
    return undefined;
  }
  const [x, by] = term.atom.args;
  if (by.kind !== 'const') return undefined;
  return divide(addScaled(toAffine(x), constantAffine(a.constant * by.value), 1), by.value * divisor).quotient;
}

/** A value as `whole * divisor + rest`, where the rest is not negative either: targets' division rounds towards zero. */
function splitMultiples(a: Affine, divisor: number): { whole: Affine; rest: Affine } {
  let whole: Affine = constantAffine(0);
  let rest: Affine = constantAffine(a.constant);
  for (const { coefficient, atom } of a.terms.values()) {
    const part = atomAffine(atom);
    if (coefficient % divisor === 0) whole = addScaled(whole, part, coefficient / divisor);
    else rest = addScaled(rest, part, coefficient);
  }
  const { low } = rangeOf(rest);
  if (low === Number.NEGATIVE_INFINITY) return { whole: constantAffine(0), rest: a };
  const multiples = constantAffine(Math.floor(low / divisor));
  return { whole: addScaled(whole, multiples, 1), rest: addScaled(rest, multiples, -divisor) };
}

/** Bounds of an atom's value. */
function atomRange(atom: Expr): Range {
  if (atom.kind === 'axis') return { low: 0, high: (dim.constant(atom.axis.extent) ?? Number.POSITIVE_INFINITY) - 1 };
  if (atom.kind === 'size') return { low: 0, high: Number.POSITIVE_INFINITY };
  if (atom.kind === 'apply' && atom.fn === 'select') {
    const [a, b] = atom.args.slice(1).map((arg) => rangeOf(toAffine(arg)));
    return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
  }
  if (atom.kind === 'apply' && atom.fn === 'to_i32' && atom.args[0].type === 'bool') return { low: 0, high: 1 };
  if (atom.kind === 'apply' && atom.args.length === 2 && atom.args[1].kind === 'const') {
    const by = atom.args[1].value;
    const inner = rangeOf(toAffine(atom.args[0]));
    // Of numbers from memory, which may be negative, targets' remainder is too.
    if (atom.fn === 'imod') return { low: inner.low < 0 ? 1 - by : 0, high: by - 1 };
    if (atom.fn === 'idiv') return { low: Math.floor(inner.low / by), high: Math.trunc(inner.high / by) };
  }
  return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
}

/** Bounds of an affine value by interval arithmetic. */
export function rangeOf(a: Affine): Range {
  return { low: lowest(a), high: -lowest(scale(a, -1)) };
}

function lowest(a: Affine): number {
  const { terms, constant } = symbolicAxesAtLowest(a);
  let low = constant;
  for (const { coefficient, atom } of terms.values()) {
    const range = atomRange(atom);
    low += coefficient * (coefficient > 0 ? range.low : range.high);
  }
  return low;
}

/** An axis over the batch is at most `N - 1`: subtracted from `N` it leaves a number. */
function symbolicAxesAtLowest(a: Affine): Affine {
  let result = a;
  for (const { coefficient, atom } of a.terms.values()) {
    if (atom.kind !== 'axis' || coefficient > 0 || dim.constant(atom.axis.extent) !== undefined) continue;
    const extent = sizeAffine(atom.axis.extent);
    if (![...extent.terms.keys()].some((key) => a.terms.has(key))) continue;
    const last = addScaled(extent, constantAffine(1), -1);
    result = addScaled(addScaled(result, atomAffine(atom), -coefficient), last, coefficient);
  }
  return result;
}

/** Back to an expression: terms in a fixed order, the constant last. */
export function fromAffine(a: Affine): Expr {
  const parts: Expr[] = [...a.terms.entries()]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([, { coefficient, atom }]) =>
      coefficient === 1 ? atom : { kind: 'apply', type: 'i32', fn: 'mul', args: [atom, intExpr(coefficient)] },
    );
  if (a.constant !== 0 || parts.length === 0) parts.push(intExpr(a.constant));
  return parts.reduce((sum, part) => ({ kind: 'apply', type: 'i32', fn: 'add', args: [sum, part] }));
}

/** The coefficient of a loop variable, or undefined where the expression is not affine in it. */
export function coefficientOf(a: Affine, axisId: string): number | undefined {
  let coefficient = 0;
  for (const term of a.terms.values()) {
    if (term.atom.kind === 'axis' && term.atom.axis.id === axisId) coefficient = term.coefficient;
    else if (axesOf(term.atom).has(axisId)) return undefined;
  }
  return coefficient;
}

/** The affine value without one loop variable's term and without the constant. */
export function without(a: Affine, axisId: string | undefined): Affine {
  const terms = new Map([...a.terms].filter(([, { atom }]) => !(atom.kind === 'axis' && atom.axis.id === axisId)));
  return { terms, constant: 0 };
}

/** The value with every atom replaced by another value. */
export function mapAtoms(a: Affine, change: (atom: Expr) => Expr): Affine {
  return [...a.terms.values()].reduce(
    (sum, { coefficient, atom }) => addScaled(sum, toAffine(change(atom)), coefficient),
    constantAffine(a.constant),
  );
}

/** `(x / d) * (d * k) + (x % d) * k` as `x * k`: where a layout puts together what the indices took apart. */
export function joinDigits(a: Affine): Affine {
  for (const [key, { coefficient, atom }] of a.terms) {
    const [x, by] = atom.kind === 'apply' && atom.fn === 'imod' ? atom.args : [];
    if (by?.kind !== 'const') continue;
    // Above a digit in the middle: one division, by the product of two numbers.
    const above = toAffine({ kind: 'apply', type: 'i32', fn: 'idiv', args: [x, by] });
    const [[whole, { coefficient: factor }], ...others] = above.terms;
    if (others.length > 0 || above.constant !== 0 || factor !== 1) continue;
    if (a.terms.get(whole)?.coefficient !== coefficient * by.value) continue;
    const terms = new Map([...a.terms].filter(([other]) => other !== key && other !== whole));
    return joinDigits(addScaled({ terms, constant: a.constant }, toAffine(x), coefficient));
  }
  return a;
}

/** Decides a comparison of two i32 values where their ranges allow it. */
export function decide(fn: string, left: Expr, right: Expr): boolean | undefined {
  const { low, high } = rangeOf(addScaled(toAffine(left), toAffine(right), -1));
  switch (fn) {
    case 'lt':
      return high < 0 ? true : low >= 0 ? false : undefined;
    case 'le':
      return high <= 0 ? true : low > 0 ? false : undefined;
    case 'gt':
      return low > 0 ? true : high <= 0 ? false : undefined;
    case 'ge':
      return low >= 0 ? true : high < 0 ? false : undefined;
    case 'eq':
      return low === 0 && high === 0 ? true : high < 0 || low > 0 ? false : undefined;
    case 'ne':
      return low === 0 && high === 0 ? false : high < 0 || low > 0 ? true : undefined;
    default:
      return undefined;
  }
}
