/**
 * Simplifies scalar expressions: index arithmetic through its affine normal form, comparisons that ranges decide,
 * guards and conditions that become constant. Never changes a floating-point result, except that a value multiplied
 * into a sum by a guard's zero is taken as zero even where the other factor is not finite.
 */
import type { Expr } from '../ops/expr.ts';
import { decide, fromAffine, toAffine } from './affine.ts';
import { containsLoad, rewriter } from './walk.ts';

const bool = (value: boolean): Expr => ({ kind: 'const', type: 'bool', value: value ? 1 : 0 });

/** The simplified expression; an equal value for every index in range. */
export const simplify: (expr: Expr) => Expr = rewriter(simplifyNode, new WeakMap());

function simplifyNode(expr: Expr): Expr {
  if (expr.kind === 'guard' && expr.condition.kind === 'const') {
    return expr.condition.value !== 0 ? expr.value : expr.otherwise;
  }
  if (expr.kind === 'size') return fromAffine(toAffine(expr));
  if (expr.kind === 'axis') return fromAffine(toAffine(expr));
  if (expr.kind !== 'apply') return expr;
  if (expr.type === 'i32' && expr.args.every((arg) => arg.type === 'i32')) return fromAffine(toAffine(expr));
  if (expr.type === 'bool') return simplifyCondition(expr);
  return expr;
}

function simplifyCondition(expr: Extract<Expr, { kind: 'apply' }>): Expr {
  const [a, b] = expr.args;
  if (expr.args.length === 2 && a.type === 'i32' && b.type === 'i32') {
    const known = decide(expr.fn, a, b);
    if (known !== undefined) return bool(known);
  }
  if (expr.fn === 'and' || expr.fn === 'or') {
    const neutral = expr.fn === 'and' ? 1 : 0;
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (one.kind === 'const') return one.value === neutral ? other : one;
    }
  }
  return expr;
}

/** The conditions of a conjunction. */
export function conjuncts(condition: Expr): readonly Expr[] {
  if (condition.kind === 'apply' && condition.fn === 'and') return condition.args.flatMap(conjuncts);
  return [condition];
}

/**
 * Writes a summand as `condition ? value : 0`: a guard's zero makes a whole product zero, so that a loop may skip it.
 * The conditions may be tested in any order: one that reads memory where another guard protects it stays behind that.
 */
export function pullGuards(body: Expr, guarded = false): { conditions: readonly Expr[]; value: Expr } {
  if (body.kind === 'guard' && isZero(body.otherwise) && !(guarded && containsLoad(body.condition))) {
    const inner = pullGuards(body.value, true);
    return { conditions: [...conjuncts(body.condition), ...inner.conditions], value: inner.value };
  }
  if (body.kind === 'apply' && body.fn === 'mul') {
    const parts = body.args.map((arg) => pullGuards(arg, guarded));
    return {
      conditions: parts.flatMap((part) => part.conditions),
      value: { ...body, args: parts.map((part) => part.value) },
    };
  }
  return { conditions: [], value: body };
}

function isZero(expr: Expr): boolean {
  return expr.kind === 'const' && expr.value === 0;
}
