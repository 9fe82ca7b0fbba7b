/**
 * The terms that one pass of a reduction's loop adds up: one for each element of a register tile and each position that is
 * written out, with the conditions under which each of them counts.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { all, apply } from '../ops/lowering.ts';
import { loadsIn } from './address.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import { axesOf, intExpr, keyOf, substituteAxes } from './walk.ts';

export type Reduce = Extract<Expr, { kind: 'reduce' }>;

type Load = Extract<Expr, { kind: 'load' }>;

/** A summand as `conditions ? value : 0`. */
export interface Summand {
  readonly conditions: readonly Expr[];
  readonly value: Expr;
}

export interface Term extends Summand {
  /** Which of the reductions it belongs to. */
  readonly part: number;
}

/** Only a sum may skip what its guards exclude. */
export function summandOf({ combine, body }: Reduce): Summand {
  if (combine !== 'sum') return { conditions: [], value: body };
  const { conditions, value } = pullGuards(body);
  return { conditions: conditions.flatMap(conjuncts), value };
}

/** All combinations of the axes' values, row-major. */
export function positionsOf(axes: readonly Axis[]): ReadonlyMap<string, Expr>[] {
  return axes.reduce<ReadonlyMap<string, Expr>[]>(
    (all, { id, extent }) => {
      const count = dim.constant(extent);
      if (count === undefined) throw new Error(`an axis of ${dim.show(extent)} cannot be written out`);
      return all.flatMap((at) => Array.from({ length: count }, (_, i) => new Map([...at, [id, intExpr(i)]])));
    },
    [new Map()],
  );
}

/** The summand at one position; undefined where its conditions exclude that. */
export function termAt(summand: Summand, at: ReadonlyMap<string, Expr>, part: number): Term | undefined {
  if (isZero(summand.value)) return undefined;
  if (at.size === 0) return { ...summand, part };
  const replace = (expr: Expr): Expr => simplify(substituteAxes(expr, at));
  const conditions = summand.conditions.map(replace).flatMap(conjuncts);
  if (conditions.some((condition) => condition.kind === 'const' && condition.value === 0)) return undefined;
  return {
    conditions: conditions.filter((condition) => condition.kind !== 'const'),
    value: replace(summand.value),
    part,
  };
}

/** The conditions that all terms have. */
export function commonConditions([first, ...others]: readonly Summand[]): Expr[] {
  const keys = others.map(({ conditions }) => new Set(conditions.map(keyOf)));
  return (first?.conditions ?? []).filter((condition) => keys.every((set) => set.has(keyOf(condition))));
}

/**
 * The value of a term where the shared conditions hold. A term alone is skipped as a whole. Of several, the factor that a
 * condition is about becomes zero where it does not hold, so that terms that share the factor choose and load it once:
 * WebGPU confines what is read for nothing to the buffer.
 */
export function guardedTerm(
  { conditions, value }: Term,
  shared: readonly Expr[],
  alone: boolean,
  inside: (load: Load) => boolean,
): Expr {
  const known = new Set(shared.map(keyOf));
  const open = conditions.filter((condition) => !known.has(keyOf(condition)));
  if (open.length === 0) return value;
  if (alone) return { kind: 'guard', type: value.type, condition: all(...open), value, otherwise: zero(value) };
  const factors = factorsOf(value);
  const at = factors.findIndex((factor, i) => {
    const covers = open.every((condition) => [...axesOf(condition)].every((id) => axesOf(factor).has(id)));
    return covers && loadsIn(factors.filter((_, k) => k !== i)).every(inside);
  });
  if (at === -1) return where(open, value);
  return factors.map((factor, i) => (i === at ? where(open, factor) : factor)).reduce((a, b) => apply('mul', a, b));
}

const factorsOf = (value: Expr): readonly Expr[] =>
  value.kind === 'apply' && value.fn === 'mul' ? [...factorsOf(value.args[0]), value.args[1]] : [value];

/** `conditions ? value : 0`; one choice where the value is such a choice itself. */
function where(conditions: readonly Expr[], value: Expr): Expr {
  if (value.kind === 'apply' && value.fn === 'select') {
    const [condition, chosen, otherwise] = value.args;
    if (isZero(otherwise)) return apply('select', all(...conditions, condition), chosen, otherwise);
  }
  return apply('select', all(...conditions), value, zero(value));
}

/** True for what a guard's zero made of a summand. */
function isZero(value: Expr): boolean {
  if (value.kind === 'const') return value.value === 0;
  return value.kind === 'apply' && value.fn === 'mul' && value.args.some(isZero);
}

function zero(like: Expr): Expr {
  return { kind: 'const', type: like.type, value: 0 };
}
