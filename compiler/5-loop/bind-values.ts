/**
 * Turns expressions into statements: reductions become loops with accumulators (all those over the same axes in one
 * loop, which is what makes a register tile), values used twice become locals, values that don't change in a loop move
 * out of it.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr, ScalarType } from '../ops/expr.ts';
import { apply, guard } from '../ops/lowering.ts';
import { addressOf, alwaysInside, loadsIn, tensorOf } from './address.ts';
import { fromAffine, mapAtoms, toAffine } from './affine.ts';
import { type Bound, boundOf, strongest } from './bounds.ts';
import { declareLate } from './declare-late.ts';
import type { Tensor } from './kernel.ts';
import { orderReduction } from './reduce-order.ts';
import { type Names, Scope } from './scope.ts';
import { conjuncts, pullGuards, simplify } from './simplify.ts';
import { extentExpr } from './tasks.ts';
import { keepsBest } from './unroll-windows.ts';
import {
  axesOf,
  axisExpr,
  children,
  dependsOn,
  forEachNode,
  intExpr,
  isIndexArithmetic,
  keyOf,
  localExpr,
  rewriter,
  substituteAxes,
  withChildren,
} from './walk.ts';

type Reduce = Extract<Expr, { kind: 'reduce' }>;
type Load = Extract<Expr, { kind: 'load' }>;

/** f32's lowest and highest finite numbers: WGSL has no literal for infinity. */
const F32_MAX = 3.4028234663852886e38;

/**
 * An innermost loop of no more steps is written out: its steps share loads (a convolution's windows overlap), and there is
 * nothing to count. Longer blocks make engines run out of registers: one and the same nest of 9 steps took 1.40 ms as
 * loops, 1.22 with the inner 3 written out, 3.27 with all of them.
 */
const SHORT_LOOP = 3;
/** A loop of as many steps goes by bounds instead of tests. */
const LONG_LOOP = 4;

const ZERO: Expr = { kind: 'const', type: 'f32', value: 0 };

export class ValueBinder {
  readonly vectors = new Set<string>();
  protected readonly names: Names;
  protected readonly tensors: ReadonlyMap<number, Tensor>;
  private readonly lane: Axis | undefined;

  constructor(tensors: ReadonlyMap<number, Tensor>, lane: Axis | undefined, names: Names) {
    this.tensors = tensors;
    this.lane = lane;
    this.names = names;
  }

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

  // ---- reductions --------------------------------------------------------------------------------------------------

  /** Computes the outermost reductions in the scopes where they belong and replaces them by their accumulators. */
  private resolveReductions(exprs: readonly Expr[], scope: Scope): Expr[] {
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
      const { conditions, value } = this.summand(reduce);
      return { reduce, conditions, value, into: this.declareAccumulator(reduce, value, home) };
    });
    const shared = commonConditions(foldings.map(({ conditions }) => conditions));
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

  /** A condition that holds where all do, as a value. */
  private conjunction(all: readonly Expr[], scope: Scope): Expr {
    const conditions = strongest(all);
    const counts = countUses(conditions);
    return conditions
      .map((condition) => (isIndexArithmetic(condition) ? condition : this.lower(condition, scope, counts)))
      .reduce((all, one) => apply('and', all, one), { kind: 'const', type: 'bool', value: 1 });
  }

  /** Only a sum may skip what its guards exclude. */
  private summand(reduce: Reduce): { conditions: readonly Expr[]; value: Expr } {
    if (reduce.combine !== 'sum') return { conditions: [], value: reduce.body };
    const { conditions, value } = pullGuards(reduce.body);
    return { conditions: conditions.flatMap(conjuncts), value };
  }

  protected declareAccumulator(reduce: Reduce, body: Expr, home: Scope): Accumulator {
    const vector = this.isVector(body);
    const declare = (stem: string, type: ScalarType, value: number): Expr => {
      const name = this.names.fresh(stem);
      home.declare({ kind: 'var', name, type, value: { kind: 'const', type, value } });
      if (vector) this.vectors.add(name);
      return localExpr(name, type);
    };
    const extremes: Record<Reduce['combine'], number> = { sum: 0, max: -F32_MAX, min: F32_MAX, argmax: -F32_MAX };
    const value = declare('acc', body.type, extremes[reduce.combine]);
    if (reduce.combine !== 'argmax') return { value, index: undefined, result: value };
    const index = declare('at', 'i32', 0);
    return { value, index, result: index };
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

  /** A local with the value of an index, where it is known first. */
  name(scope: Scope, index: Expr): Expr {
    return this.letIn(scope.home(index), 'first', index);
  }

  private letIn(scope: Scope, stem: string, value: Expr): Expr {
    const name = this.names.fresh(stem);
    scope.declare({ kind: 'let', name, type: value.type, value });
    if (this.isVector(value)) this.vectors.add(name);
    return localExpr(name, value.type);
  }

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
    scope.statements.push({ kind: 'loop', axis, extent: extentExpr(axis.extent), body: inside.statements });
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
  private between(axis: Axis, bounds: readonly Bound[], scope: Scope): { from: Expr; to: Expr } {
    const choose = (fn: 'lt' | 'gt', a: Expr, b: Expr): Expr => apply('select', apply(fn, a, b), a, b);
    const edges = (end: boolean): Expr[] => bounds.filter((bound) => bound.end === end).map(({ at }) => at);
    const [starts, ends] = [edges(false), edges(true)];
    const start = starts.reduce((a, b) => choose('gt', a, b), intExpr(0));
    const end = ends.reduce((a, b) => choose('lt', a, b), extentExpr(axis.extent));
    return {
      from: starts.length > 0 ? this.letIn(scope, 'start', start) : start,
      to: ends.length > 0 ? this.letIn(scope, 'end', end) : end,
    };
  }

  private loopFrom(axis: Axis, from: Expr, extent: Expr, scope: Scope, fill: (s: Scope) => void): void {
    const some = new Scope(scope, [], true);
    const inside = new Scope(some, [axis.id]);
    fill(inside);
    const start = from.kind === 'const' ? {} : { from };
    some.statements.push({ kind: 'loop', axis, ...start, extent, body: inside.statements });
    scope.statements.push({ kind: 'if', condition: apply('lt', from, extent), then: some.statements, otherwise: [] });
  }
}

/** A reduction that is being computed: what it folds where which conditions hold. */
interface Folding {
  readonly reduce: Reduce;
  readonly conditions: readonly Expr[];
  readonly value: Expr;
  readonly into: Accumulator;
}

interface Accumulator {
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

function commonConditions(lists: readonly (readonly Expr[])[]): Expr[] {
  const [first, ...others] = lists;
  return first.filter((condition) => others.every((list) => list.some((other) => keyOf(other) === keyOf(condition))));
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
