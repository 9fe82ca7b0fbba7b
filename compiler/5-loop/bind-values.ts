/**
 * Turns expressions into statements: values used twice become locals, values that don't change in a loop move out of it.
 * What becomes of sums and other reductions is `bind-reductions.ts`'s.
 */
import type { Axis, Expr } from '../ops/expr.ts';
import { apply } from '../ops/lowering.ts';
import { addressOf, alwaysInside, loadsIn, tensorOf } from './address.ts';
import { fromAffine, mapAtoms, toAffine } from './affine.ts';
import { strongest } from './bounds.ts';
import type { Tensor } from './kernel.ts';
import type { Names, Scope } from './scope.ts';
import { keepsBest } from './unroll-windows.ts';
import { children, forEachNode, isIndexArithmetic, keyOf, localExpr, withChildren } from './walk.ts';

type Load = Extract<Expr, { kind: 'load' }>;

export abstract class ValueBinder {
  readonly vectors = new Set<string>();
  protected readonly names: Names;
  protected readonly tensors: ReadonlyMap<number, Tensor>;
  private readonly lane: Axis | undefined;

  constructor(tensors: ReadonlyMap<number, Tensor>, lane: Axis | undefined, names: Names) {
    this.tensors = tensors;
    this.lane = lane;
    this.names = names;
  }

  /** Computes reductions in the scopes where they belong and replaces them by what they come to. */
  protected abstract resolveReductions(exprs: readonly Expr[], scope: Scope): Expr[];

  /** The expressions with everything resolved to loads at addresses and locals; statements go into the scopes. */
  bind(exprs: readonly Expr[], scope: Scope, toLocals = false): Expr[] {
    const resolved = this.resolveReductions(exprs, scope);
    const counts = countUses(resolved);
    forEachNode(resolved, (expr) => {
      const test = testBeside(expr, counts);
      for (const again of test ? [test, expr, ...children(expr)] : []) counts.set(keyOf(again), 2);
    });
    const lowered = resolved.map((expr) => this.lower(expr, scope, counts));
    const simple = (expr: Expr): boolean => expr.kind === 'local' || expr.kind === 'const';
    return toLocals ? lowered.map((expr) => (simple(expr) ? expr : this.letIn(scope, 'y', expr))) : lowered;
  }

  /** Where an element lies; what its indices read is bound like any other value. */
  address(tensor: number, indices: readonly Expr[], scope: Scope): Expr {
    const load: Expr = { kind: 'load', type: 'f32', tensor, indices };
    const known = countUses([]);
    return this.resolveLoad(load, scope, (part) => this.lower(part, scope, known)).indices[0];
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  private lower(expr: Expr, scope: Scope, counts: ReadonlyMap<string, number>): Expr {
    const key = keyOf(expr);
    const known = scope.find(key);
    if (known) return known;
    switch (expr.kind) {
      case 'const':
      case 'axis':
      case 'size':
      case 'local':
        return expr;
      case 'uniform':
        return this.place(expr, key, expr, scope, counts);
      case 'load':
        return this.place(
          expr,
          key,
          this.resolveLoad(expr, scope, (part) => this.lower(part, scope, counts)),
          scope,
          counts,
        );
      case 'apply': {
        if (expr.type === 'i32' && isIndexArithmetic(expr) && this.staysWhole(expr)) return expr;
        const args = expr.args.map((arg) => this.lower(arg, scope, counts));
        const test = testBeside(expr, counts);
        const lowered = test ? apply('select', this.lower(test, scope, counts), ...args) : withChildren(expr, args);
        return this.place(expr, key, lowered, scope, counts);
      }
      case 'guard': {
        // What a guard protects must stay behind it; what its condition has asked for is there already.
        const condition = this.lower(expr.condition, scope, counts);
        this.bindIndices([expr.value, expr.otherwise], scope, counts);
        const [value, otherwise] = [expr.value, expr.otherwise].map((side) => this.inline(side, scope));
        return this.place(expr, key, { ...expr, condition, value, otherwise }, scope, counts);
      }
      case 'reduce':
        throw new Error('a reduction inside a guard cannot be scheduled');
    }
  }

  /** The numbers behind a guard that may be computed before it: what indices are made of is used several times. */
  private bindIndices(exprs: readonly Expr[], scope: Scope, counts: ReadonlyMap<string, number>): void {
    for (const expr of exprs) {
      const number = expr.type !== 'f32' && expr.kind !== 'guard' && !isIndexArithmetic(expr);
      const safe = loadsIn([expr]).every((load) => alwaysInside(load, tensorOf(this.tensors, load.tensor)));
      if (number && safe) this.lower(expr, scope, counts);
      else this.bindIndices(children(expr), scope, counts);
    }
  }

  private place(original: Expr, key: string, lowered: Expr, scope: Scope, counts: ReadonlyMap<string, number>): Expr {
    const home = scope.home(lowered);
    if (home === scope && (counts.get(key) ?? 0) < 2) return lowered;
    const name = this.names.fresh('v');
    home.declare({ kind: 'let', name, type: original.type, value: lowered });
    if (this.isVector(lowered)) this.vectors.add(name);
    const local = localExpr(name, original.type);
    home.bound.set(key, local);
    return local;
  }

  /** A load at its address. What its indices read or compute is a value like any other; their arithmetic stays whole. */
  private resolveLoad(load: Load, scope: Scope, resolve: (part: Expr) => Expr): Load {
    const indices = load.indices.map((index): Expr => {
      if (isIndexArithmetic(index) && this.staysWhole(index)) return index;
      const part = (atom: Expr): Expr => (isIndexArithmetic(atom) && this.staysWhole(atom) ? atom : resolve(atom));
      return scope.find(keyOf(index)) ?? fromAffine(mapAtoms(toAffine(index), part));
    });
    return { ...load, indices: [addressOf(tensorOf(this.tensors, load.tensor), indices)] };
  }

  /** The expression where it stands, but for values that are known there. */
  private inline(expr: Expr, scope: Scope): Expr {
    const known = isIndexArithmetic(expr) ? undefined : scope.find(keyOf(expr));
    if (known) return known;
    if (expr.kind === 'load') return this.resolveLoad(expr, scope, (part) => this.inline(part, scope));
    if (expr.kind === 'reduce') throw new Error('a reduction inside a guard cannot be scheduled');
    return withChildren(
      expr,
      children(expr).map((child) => this.inline(child, scope)),
    );
  }

  /** Whether index arithmetic is left where it stands: the CPU's target turns it into pointers. */
  protected staysWhole(_index: Expr): boolean {
    return true;
  }

  isVector(expr: Expr): boolean {
    if (this.lane === undefined) return false;
    if (expr.kind === 'local') return this.vectors.has(expr.name);
    if (expr.kind === 'axis') return expr.axis.id === this.lane.id;
    return children(expr).some((child) => this.isVector(child));
  }

  /** A local with the value of an index, where it is known first. */
  name(scope: Scope, index: Expr): Expr {
    return this.letIn(scope.home(index), 'first', index);
  }

  /** A local with a value, in this scope and no other. */
  letIn(scope: Scope, stem: string, value: Expr): Expr {
    const name = this.names.fresh(stem);
    scope.declare({ kind: 'let', name, type: value.type, value });
    if (this.isVector(value)) this.vectors.add(name);
    return localExpr(name, value.type);
  }

  /** A condition that holds where all do, as a value. */
  protected conjunction(all: readonly Expr[], scope: Scope): Expr {
    const conditions = strongest(all);
    const counts = countUses(conditions);
    return conditions
      .map((condition) => (isIndexArithmetic(condition) ? condition : this.lower(condition, scope, counts)))
      .reduce((all, one) => apply('and', all, one), { kind: 'const', type: 'bool', value: 1 });
  }
}

/**
 * The test that tells a maximum's position, where that is wanted too: it chooses the value as well, which costs less than a
 * vector's `max` that passes NaN (nine instructions on x86).
 */
function testBeside(expr: Expr, counts: ReadonlyMap<string, number>): Expr | undefined {
  if (expr.kind !== 'apply' || expr.fn !== 'max') return undefined;
  const test = keepsBest(expr.args[0], expr.args[1]);
  return counts.has(keyOf(test)) ? test : undefined;
}

/** How often each value is used in a list of expressions, structurally. */
function countUses(exprs: readonly Expr[]): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (expr: Expr): void => {
    const key = keyOf(expr);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  const seen = new Set<string>();
  for (const expr of exprs) add(expr);
  forEachNode(exprs, (expr) => {
    if (seen.has(keyOf(expr)) || expr.kind === 'guard') return;
    seen.add(keyOf(expr));
    for (const child of children(expr)) add(child);
  });
  return counts;
}
