/**
 * The terms that one pass of a reduction's loop adds up: one for each element of a register tile and each position that is
 * written out, with the conditions under which each of them counts.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { all } from '../ops/lowering.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import { intExpr, keyOf, rewriter, substituteAxes } from './walk.ts';

export type Reduce = Extract<Expr, { kind: 'reduce' }>;

/** A summand as `conditions ? value : 0`. `body` is the same with its guards where they were. */
export interface Summand {
  readonly conditions: readonly Expr[];
  readonly value: Expr;
  readonly body: Expr;
}

export interface Term extends Summand {
  /** Which of the reductions it belongs to. */
  readonly part: number;
}

/** Only a sum may skip what its guards exclude. */
export function summandOf({ combine, body }: Reduce): Summand {
  if (combine !== 'sum') return { conditions: [], value: body, body };
  const { conditions, value } = pullGuards(body);
  return { conditions: conditions.flatMap(conjuncts), value, body };
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
    body: replace(summand.body),
    part,
  };
}

/** The conditions that all terms have. */
export function commonConditions([first, ...others]: readonly Term[]): Expr[] {
  const keys = others.map(({ conditions }) => new Set(conditions.map(keyOf)));
  return (first?.conditions ?? []).filter((condition) => keys.every((set) => set.has(keyOf(condition))));
}

/**
 * The value of a term where the shared conditions hold. A term alone is skipped as a whole; of several, the operands keep
 * their guards, so that terms that share an operand test and load it once.
 */
export function guardedTerm({ conditions, value, body }: Term, shared: readonly Expr[], alone: boolean): Expr {
  const known = new Set(shared.map(keyOf));
  const open = conditions.filter((condition) => !known.has(keyOf(condition)));
  if (open.length === 0) return value;
  if (!alone) return assuming(body, known);
  return open.reduce<Expr>(
    (inner, condition) => ({ kind: 'guard', type: value.type, condition, value: inner, otherwise: zero(value) }),
    value,
  );
}

/** An expression without the guards that known conditions decide. */
function assuming(expr: Expr, known: ReadonlySet<string>): Expr {
  return rewriter((e) => {
    if (e.kind !== 'guard') return e;
    const open = conjuncts(e.condition).filter((condition) => !known.has(keyOf(condition)));
    if (open.length === 0) return e.value;
    return { ...e, condition: all(...open) };
  })(expr);
}

/** True for what a guard's zero made of a summand. */
function isZero(value: Expr): boolean {
  if (value.kind === 'const') return value.value === 0;
  return value.kind === 'apply' && value.fn === 'mul' && value.args.some(isZero);
}

function zero(like: Expr): Expr {
  return { kind: 'const', type: like.type, value: 0 };
}
