/**
 * Structural operations on scalar expressions: keys, substitution, traversal. Knows nothing of targets or memory.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';

const keys = new WeakMap<Expr, string>();

/** A string that is equal for structurally equal expressions, and only for them. */
export function keyOf(expr: Expr): string {
  const known = keys.get(expr);
  if (known !== undefined) return known;
  const key = computeKey(expr);
  keys.set(expr, key);
  return key;
}

function computeKey(expr: Expr): string {
  switch (expr.kind) {
    case 'const':
      return `${expr.type}:${Object.is(expr.value, -0) ? '-0' : expr.value}`;
    case 'axis':
      return `@${expr.axis.id}`;
    case 'size':
      return `size(${dim.show(expr.dim)})`;
    case 'uniform':
      return `uniform(${expr.name})`;
    case 'local':
      return `%${expr.name}`;
    case 'load':
      return `t${expr.tensor}[${expr.indices.map(keyOf).join(',')}]`;
    case 'apply':
      return `${expr.fn}(${expr.args.map(keyOf).join(',')})`;
    case 'guard':
      return `guard(${keyOf(expr.condition)},${keyOf(expr.value)},${keyOf(expr.otherwise)})`;
    case 'reduce':
      return `${expr.combine}[${expr.axes.map((a) => a.id).join(',')}](${keyOf(expr.body)})`;
  }
}

export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'const':
    case 'axis':
    case 'size':
    case 'uniform':
    case 'local':
      return [];
    case 'load':
      return expr.indices;
    case 'apply':
      return expr.args;
    case 'guard':
      return [expr.condition, expr.value, expr.otherwise];
    case 'reduce':
      return [expr.body];
  }
}

/** The same node with its children replaced; the node itself where none changed. */
export function withChildren(expr: Expr, next: readonly Expr[]): Expr {
  const before = children(expr);
  if (before.every((child, i) => child === next[i])) return expr;
  switch (expr.kind) {
    case 'load':
      return { ...expr, indices: next };
    case 'apply':
      return { ...expr, args: next };
    case 'guard':
      return { ...expr, condition: next[0], value: next[1], otherwise: next[2] };
    case 'reduce':
      return { ...expr, body: next[0] };
    default:
      return expr;
  }
}

/**
 * Rewrites bottom-up; shared nodes are visited once, if they have children. `done`: what is known of a rule that gives the
 * same for a node whenever it is asked.
 */
export function rewriter(
  rule: (expr: Expr) => Expr,
  done: Pick<WeakMap<Expr, Expr>, 'get' | 'set'> = new Map(),
): (expr: Expr) => Expr {
  const visit = (expr: Expr): Expr => {
    const parts = children(expr);
    if (parts.length === 0) return rule(expr);
    const known = done.get(expr);
    if (known) return known;
    const result = rule(withChildren(expr, parts.map(visit)));
    done.set(expr, result);
    return result;
  };
  return visit;
}

/** Replaces loop variables by expressions. */
export function substituteAxes(expr: Expr, replacements: ReadonlyMap<string, Expr>): Expr {
  if (replacements.size === 0) return expr;
  return rewriter((e) => (e.kind === 'axis' ? (replacements.get(e.axis.id) ?? e) : e))(expr);
}

/** Calls `visit` once for every distinct node, parents first; not for what stands below one alone of which it says `false`. */
export function forEachNode(roots: readonly Expr[], visit: (expr: Expr) => unknown): void {
  const seen = new Set<Expr>();
  const walk = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (visit(expr) === false) return;
    for (const child of children(expr)) walk(child);
  };
  for (const root of roots) walk(root);
}

/** True for numbers and conditions that are computed from loop variables and sizes alone: no loads, no fractions. */
export function isIndexArithmetic(expr: Expr): boolean {
  if (expr.type === 'f32' || expr.kind === 'load' || expr.kind === 'reduce') return false;
  return children(expr).every(isIndexArithmetic);
}

export function containsLoad(expr: Expr): boolean {
  return expr.kind === 'load' || children(expr).some(containsLoad);
}

/** What is in any of the sets. One that has it all is not copied: most parts of an expression name what their largest part does. */
export function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  let all = sets[0] ?? new Set();
  let own: Set<string> | undefined;
  for (const set of sets) {
    if (all.size === 0) {
      all = set;
      continue;
    }
    for (const each of set) {
      if (all.has(each)) continue;
      own ??= new Set(all);
      own.add(each);
      all = own;
    }
  }
  return all;
}

const freeAxes = new WeakMap<Expr, ReadonlySet<string>>();

/** The loop variables that an expression depends on, without those that its own reductions bind. */
export function axesOf(expr: Expr): ReadonlySet<string> {
  const known = freeAxes.get(expr);
  if (known) return known;
  const free = expr.kind === 'axis' ? new Set([expr.axis.id]) : union(children(expr).map(axesOf));
  const left = expr.kind === 'reduce' ? [...free].filter((id) => expr.axes.every((axis) => axis.id !== id)) : undefined;
  const result = left ? new Set(left) : free;
  freeAxes.set(expr, result);
  return result;
}

export function dependsOn(expr: Expr, axis: Axis): boolean {
  return axesOf(expr).has(axis.id);
}

export const axisExpr = (axis: Axis): Expr => ({ kind: 'axis', type: 'i32', axis });
export const intExpr = (value: number): Expr => ({ kind: 'const', type: 'i32', value });
export const sizeExpr = (dim: Dim): Expr => ({ kind: 'size', type: 'i32', dim });
export const localExpr = (name: string, type: 'f32' | 'i32' | 'bool'): Expr => ({ kind: 'local', type, name });

export const containsReduction = (expr: Expr): boolean =>
  expr.kind === 'reduce' || children(expr).some(containsReduction);
