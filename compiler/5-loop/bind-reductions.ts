/**
 * Reductions become loops with accumulators: all those over the same axes in one loop, which is what makes a register tile.
 * Places of a tile that have conditions of their own (the border of an image) are told apart where one does not hold.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr, ScalarType } from '../ops/expr.ts';
import { apply, guard } from '../ops/lowering.ts';
import { LoopBinder } from './bind-loops.ts';
import { type Bound, boundOf, strongest } from './bounds.ts';
import { declareLate } from './declare-late.ts';
import { orderReduction } from './reduce-order.ts';
import { Scope } from './scope.ts';
import { simplify } from './simplify.ts';
import { extentExpr } from './tasks.ts';
import { commonConditions, type Reduce, type Summand, summandOf } from './terms.ts';
import { axisExpr, children, dependsOn, intExpr, keyOf, localExpr, rewriter, substituteAxes } from './walk.ts';

/** f32's lowest and highest finite numbers: WGSL has no literal for infinity. */
const F32_MAX = 3.4028234663852886e38;

/**
 * An innermost loop of no more steps is written out: its steps share loads (a convolution's windows overlap), and there is
 * nothing to count. Longer blocks make engines run out of registers: one and the same nest of 9 steps took 1.40 ms as
 * loops, 1.22 with the inner 3 written out, 3.27 with all of them.
 */
const SHORT_LOOP = 3;

const ZERO: Expr = { kind: 'const', type: 'f32', value: 0 };

export class ReductionBinder extends LoopBinder {
  /** Computes the outermost reductions in the scopes where they belong and replaces them by their accumulators. */
  protected override resolveReductions(exprs: readonly Expr[], scope: Scope): Expr[] {
    const groups = new Map<string, { home: Scope; reduces: Map<string, Reduce> }>();
    const homes = new Map<Scope, number>();
    for (const reduce of outermostReductions(exprs)) {
      if (scope.find(keyOf(reduce))) continue;
      const home = scope.home(reduce);
      if (!homes.has(home)) homes.set(home, homes.size);
      const key = `${homes.get(home)}|${reduce.axes.map((axis) => axis.id).join(',')}`;
      const group = groups.get(key) ?? { home, reduces: new Map<string, Reduce>() };
      group.reduces.set(keyOf(reduce), reduce);
      groups.set(key, group);
    }
    for (const { home, reduces } of groups.values()) this.emitReductions([...reduces.values()], home);
    const replace = rewriter((expr) => (expr.kind === 'reduce' ? (scope.find(keyOf(expr)) ?? expr) : expr));
    return exprs.map(replace);
  }

  /** One loop nest for reductions over the same axes. */
  protected emitReductions(reduces: readonly Reduce[], home: Scope): void {
    const foldings = reduces.map((reduce): Folding => {
      const summand = summandOf(reduce);
      return { reduce, ...summand, into: this.declareAccumulator(reduce, summand.value, home) };
    });
    const shared = commonConditions(foldings);
    const sharedKeys = new Set(shared.map(keyOf));
    const alone = foldings.map((folding): Folding => {
      return { ...folding, conditions: folding.conditions.filter((condition) => !sharedKeys.has(keyOf(condition))) };
    });
    const all = foldings.flatMap(({ conditions }) => conditions);
    // The elements of a tile step through memory alike: one of them tells the order.
    const order = orderReduction(reduces[0].axes, foldings[0].value, all, this.tensors);
    const tested = order.findLastIndex((axis) => all.some((condition) => dependsOn(condition, axis))) + 1;
    const [outer, inner] = [order.slice(0, tested), order.slice(tested)];
    const last = outer.at(-1);
    const bounds = last && shared.every((condition) => !dependsOn(condition, last)) ? this.boundsOf(alone, last) : [];
    if (last && bounds.length > 0) {
      this.openLoops(outer.slice(0, -1), shared, home, (scope) => {
        this.foldBetween(alone, bounds, last, inner, scope);
      });
    } else {
      this.openLoops(outer, shared, home, (scope) => {
        this.foldWhere(alone, inner, scope);
      });
    }
    for (const { reduce, into } of foldings) home.bound.set(keyOf(reduce), into.result);
  }

  /**
   * The inner loops of reductions of which each has conditions of its own, all known by now (the edges of an image, in a
   * tile of several places). Mostly all hold. Where one does not, its summands are nothing, or it is folded by itself.
   */
  private foldWhere(foldings: readonly Folding[], axes: readonly Axis[], scope: Scope): void {
    const conditions = distinct(foldings.flatMap((folding) => folding.conditions));
    if (conditions.length === 0) {
      this.fold(foldings, axes, scope);
      return;
    }
    const together = new Scope(scope, [], true);
    this.fold(foldings, axes, together);
    const apart = new Scope(scope, [], true);
    const masked = this.masked(foldings, apart);
    if (masked) this.fold(masked, axes, apart);
    const groups = masked ? [] : foldings;
    for (const same of groupBy(groups, (folding) => folding.conditions.map(keyOf).sort().join('&'))) {
      const inside = new Scope(apart, [], true);
      this.fold(same, axes, inside);
      const condition = this.conjunction(same[0].conditions, apart);
      apart.statements.push({ kind: 'if', condition, then: inside.statements, otherwise: [] });
    }
    const condition = this.conjunction(conditions, scope);
    scope.statements.push({ kind: 'if', condition, then: together.statements, otherwise: apart.statements });
  }

  /** All conditions that sums have of their own, where each says how far a long axis goes; none if one says something else. */
  private boundsOf(foldings: readonly Folding[], axis: Axis): Bound[] {
    const conditions = strongest(foldings.flatMap((folding) => folding.conditions));
    const bounds = conditions.flatMap((condition) => boundOf(condition, axis, []) ?? []);
    return bounds.length === conditions.length && bounds.every((bound) => this.takesBound(bound, axis)) ? bounds : [];
  }

  /** Where all conditions hold, a loop without them; then, if that is not all of the axis, what is left of it. */
  private foldBetween(
    foldings: readonly Folding[],
    bounds: readonly Bound[],
    axis: Axis,
    inner: readonly Axis[],
    scope: Scope,
  ): void {
    const { from, to } = this.between(axis, bounds, scope);
    const free = foldings.map((folding): Folding => ({ ...folding, conditions: [] }));
    this.loopFrom(axis, from, to, scope, (inside) => this.fold(free, inner, inside));
    const edges = new Scope(scope, [], true);
    const step = new Scope(edges, [axis.id]);
    const beyond = new Scope(step, [], true);
    this.foldWhere(foldings, inner, beyond);
    const here = axisExpr(axis);
    const isBeyond = apply('or', apply('lt', here, from), apply('ge', here, to));
    step.statements.push({ kind: 'if', condition: isBeyond, then: beyond.statements, otherwise: [] });
    const extent = extentExpr(axis.extent);
    edges.statements.push({ kind: 'loop', axis, extent, body: step.statements });
    const some = apply('or', apply('gt', from, intExpr(0)), apply('lt', to, extent));
    scope.statements.push({ kind: 'if', condition: some, then: edges.statements, otherwise: [] });
  }

  /**
   * The same sums with the conditions inside: of the vectors' products, the factor that is one number is 0 where they don't
   * hold. Undefined where a summand is no such product.
   */
  private masked(foldings: readonly Folding[], scope: Scope): Folding[] | undefined {
    const found = foldings.flatMap(({ conditions, value, ...rest }): Folding[] => {
      if (value.kind !== 'apply' || value.fn !== 'mul') return [];
      const [a, b] = this.isVector(value.args[0]) ? [...value.args].reverse() : value.args;
      if (this.isVector(a) || !this.isVector(b)) return [];
      const condition = this.letIn(scope, 'inside', this.conjunction(conditions, scope));
      return [{ ...rest, conditions: [], value: apply('mul', guard(condition, a, ZERO), b) }];
    });
    return found.length === foldings.length ? found : undefined;
  }

  /** The loops over what is left of the reductions' axes. A short innermost one is written out. */
  private fold(foldings: readonly Folding[], axes: readonly Axis[], scope: Scope): void {
    const last = axes.at(-1);
    const count = last && dim.constant(last.extent);
    const steps =
      count !== undefined && count <= SHORT_LOOP ? Array.from({ length: count }, (_, i) => intExpr(i)) : [undefined];
    const loops = steps[0] ? axes.slice(0, -1) : axes;
    this.openLoops(loops, [], scope, (inner) => {
      for (const step of steps) {
        const at = new Map<string, Expr>(last && step ? [[last.id, step]] : []);
        const here = (expr: Expr): Expr => (at.size === 0 ? expr : simplify(substituteAxes(expr, at)));
        const values = this.bind(
          foldings.map(({ value }) => here(value)),
          inner,
        );
        foldings.forEach(({ reduce, into }, i) => {
          this.accumulate(reduce, into, values[i], here(rowMajorPosition(reduce.axes)), inner);
        });
      }
      inner.statements.splice(0, inner.statements.length, ...declareLate(inner.statements));
    });
  }

  protected declareAccumulator(reduce: Reduce, body: Expr, home: Scope): Accumulator {
    const vector = this.isVector(body);
    const accumulator = this.names.fresh('acc');
    const declare = (name: string, type: ScalarType, value: number): Expr => {
      home.declare({ kind: 'var', name, type, value: { kind: 'const', type, value } });
      if (vector) this.vectors.add(name);
      return localExpr(name, type);
    };
    const extremes: Record<Reduce['combine'], number> = { sum: 0, max: -F32_MAX, min: F32_MAX, argmax: -F32_MAX };
    const value = declare(accumulator, body.type, extremes[reduce.combine]);
    if (reduce.combine !== 'argmax') return { name: accumulator, value, index: undefined, result: value };
    const index = declare(this.names.fresh('at'), 'i32', 0);
    return { name: accumulator, value, index, result: index };
  }

  protected accumulate(reduce: Reduce, into: Accumulator, value: Expr, position: Expr, scope: Scope): void {
    const set = (target: Expr, next: Expr): void => {
      if (target.kind !== 'local') throw new Error('an accumulator must be a local');
      scope.statements.push({ kind: 'set', name: target.name, type: target.type, value: next });
    };
    const { type } = value;
    if (reduce.combine !== 'argmax') {
      const fn = reduce.combine === 'sum' ? 'add' : reduce.combine;
      set(into.value, { kind: 'apply', type, fn, args: [into.value, value] });
      return;
    }
    if (!into.index) throw new Error('argmax needs an index');
    const candidate = this.letIn(scope, 'x', value);
    const test = (fn: 'gt' | 'ne', a: Expr, b: Expr): Expr => ({ kind: 'apply', type: 'bool', fn, args: [a, b] });
    const wins = this.letIn(scope, 'wins', {
      kind: 'apply',
      type: 'bool',
      fn: 'or',
      args: [test('gt', candidate, into.value), test('ne', candidate, candidate)],
    });
    set(into.value, { kind: 'apply', type, fn: 'select', args: [wins, candidate, into.value] });
    set(into.index, { kind: 'apply', type: 'i32', fn: 'select', args: [wins, position, into.index] });
  }
}

/** A reduction that is being computed: what it folds where which conditions hold. */
interface Folding extends Summand {
  readonly reduce: Reduce;
  readonly into: Accumulator;
}

interface Accumulator {
  readonly name: string;
  readonly value: Expr;
  readonly index: Expr | undefined;
  readonly result: Expr;
}

/** Reductions that are not inside another one. */
function outermostReductions(exprs: readonly Expr[]): Reduce[] {
  const found: Reduce[] = [];
  const visit = (expr: Expr): void => {
    if (expr.kind === 'reduce') found.push(expr);
    else children(expr).forEach(visit);
  };
  exprs.forEach(visit);
  return found;
}

function distinct(exprs: readonly Expr[]): Expr[] {
  return [...new Map(exprs.map((expr) => [keyOf(expr), expr])).values()];
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return [...groups.values()];
}

export function rowMajorPosition(axes: readonly Axis[]): Expr {
  return axes.reduce<Expr>((position, axis) => {
    const scaled: Expr = {
      kind: 'apply',
      type: 'i32',
      fn: 'mul',
      args: [position, { kind: 'size', type: 'i32', dim: axis.extent }],
    };
    return { kind: 'apply', type: 'i32', fn: 'add', args: [scaled, { kind: 'axis', type: 'i32', axis }] };
  }, intExpr(0));
}
