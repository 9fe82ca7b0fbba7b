/**
 * Loops with the conditions that must hold inside of them: tested as soon as what they depend on is known, or taken as where
 * a loop begins and ends. What the loops do is the caller's.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { apply } from '../ops/lowering.ts';
import { ValueBinder } from './bind-values.ts';
import { type Bound, boundOf } from './bounds.ts';
import { Scope } from './scope.ts';
import { extentExpr } from './tasks.ts';
import type { Statement } from './tree.ts';
import { axesOf, intExpr } from './walk.ts';

/** A loop of as many steps goes by bounds instead of tests. */
const LONG_LOOP = 4;

export abstract class LoopBinder extends ValueBinder {
  /** Opens the loops in order; a condition is tested as soon as its axes are known. */
  protected openLoops(
    axes: readonly Axis[],
    conditions: readonly Expr[],
    scope: Scope,
    fill: (s: Scope) => void,
  ): void {
    const open = new Set(axes.map((axis) => axis.id));
    const ready = conditions.filter((condition) => ![...axesOf(condition)].some((id) => open.has(id)));
    if (ready.length > 0) {
      const condition = this.conjunction(ready, scope);
      const inside = new Scope(scope, [], true);
      this.openLoops(
        axes,
        conditions.filter((condition) => !ready.includes(condition)),
        inside,
        fill,
      );
      scope.statements.push({ kind: 'if', condition, then: inside.statements, otherwise: [] });
      return;
    }
    const [axis, ...rest] = axes;
    if (axis === undefined) {
      fill(scope);
      return;
    }
    const bounds = conditions.flatMap((condition) => boundOf(condition, axis, rest) ?? []);
    const used = bounds.filter((bound) => this.takesBound(bound, axis));
    if (used.length > 0) {
      this.boundedLoop(axis, used, scope, (inside) => {
        const left = conditions.filter((condition) => !used.some((bound) => bound.condition === condition));
        this.openLoops(rest, left, inside, fill);
      });
      return;
    }
    const inside = new Scope(scope, [axis.id]);
    this.openLoops(rest, conditions, inside, fill);
    scope.statements.push(this.loop(axis, undefined, extentExpr(axis.extent), inside));
  }

  /** Whether a loop goes by a bound, instead of asking at each of its steps: of a long one. The batch's end is always one. */
  protected takesBound({ batch }: Bound, { extent }: Axis): boolean {
    return batch || (dim.constant(extent) ?? 0) >= LONG_LOOP;
  }

  /** A loop that begins and ends where conditions say; there may be nothing left for it. */
  private boundedLoop(axis: Axis, bounds: readonly Bound[], scope: Scope, fill: (s: Scope) => void): void {
    const { from, to } = this.between(axis, bounds, scope);
    this.loopFrom(axis, from, to, scope, fill);
  }

  /** Where an axis begins and ends for bounds to hold. */
  protected between(axis: Axis, bounds: readonly Bound[], scope: Scope): { from: Expr; to: Expr } {
    const choose = (fn: 'lt' | 'gt', a: Expr, b: Expr): Expr => apply('select', apply(fn, a, b), a, b);
    const edges = (end: boolean): Expr[] =>
      this.bind(
        bounds.filter((bound) => bound.end === end).map(({ at }) => at),
        scope,
      );
    const [starts, ends] = [edges(false), edges(true)];
    const start = starts.reduce((a, b) => choose('gt', a, b), intExpr(0));
    const end = ends.reduce((a, b) => choose('lt', a, b), extentExpr(axis.extent));
    return {
      from: starts.length > 0 ? this.letIn(scope, 'start', start) : start,
      to: ends.length > 0 ? this.letIn(scope, 'end', end) : end,
    };
  }

  /** From 0 where it does not say from where. */
  protected loop(axis: Axis, from: Expr | undefined, extent: Expr, { statements }: Scope): Statement {
    return { kind: 'loop', axis, ...(from ? { from } : {}), extent, body: statements };
  }

  protected loopFrom(axis: Axis, from: Expr, extent: Expr, scope: Scope, fill: (s: Scope) => void): void {
    const some = new Scope(scope, [], true);
    const inside = new Scope(some, [axis.id]);
    fill(inside);
    some.statements.push(this.loop(axis, from.kind === 'const' ? undefined : from, extent, inside));
    scope.statements.push({ kind: 'if', condition: apply('lt', from, extent), then: some.statements, otherwise: [] });
  }
}
