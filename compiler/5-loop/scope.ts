/**
 * Nested scopes of a loop tree under construction: which axes and locals are known where, and how far out a value can
 * be computed.
 */
import type { Expr } from '../ops/expr.ts';
import type { Statement } from './tree.ts';
import { axesOf, children, union } from './walk.ts';

export class Scope {
  readonly parent: Scope | undefined;
  readonly statements: Statement[] = [];
  /** Runs only where a condition holds: loads must not move out of it. */
  readonly conditional: boolean;
  readonly bound: Map<string, Expr> = new Map();
  private readonly axes: ReadonlySet<string>;
  private readonly names = new Set<string>();

  constructor(parent: Scope | undefined, axes: readonly string[], conditional = false) {
    this.parent = parent;
    this.axes = new Set(axes);
    this.conditional = conditional;
  }

  /** Of the work item itself, or around it: everything here runs exactly once for an item. */
  get isOutermost(): boolean {
    return !this.conditional && (this.parent === undefined || this.parent.parent === undefined);
  }

  declare(statement: Extract<Statement, { kind: 'let' | 'var' }>): void {
    this.statements.push(statement);
    this.names.add(statement.name);
  }

  /** The value that a key stands for here or further out. */
  find(key: string): Expr | undefined {
    return this.bound.get(key) ?? this.parent?.find(key);
  }

  /** The outermost scope in which everything that an expression needs is known. */
  home(expr: Expr): Scope {
    const needs = requirements(expr);
    let scope: Scope = this;
    while (scope.parent && !(scope.conditional && needs.loads) && !scope.provides(needs)) scope = scope.parent;
    return scope;
  }

  private provides(needs: Requirements): boolean {
    return [...needs.axes].some((id) => this.axes.has(id)) || [...needs.locals].some((name) => this.names.has(name));
  }
}

interface Requirements {
  readonly axes: ReadonlySet<string>;
  readonly locals: ReadonlySet<string>;
  readonly loads: boolean;
}

const known = new WeakMap<Expr, Requirements>();

function requirements(expr: Expr): Requirements {
  const before = known.get(expr);
  if (before) return before;
  const parts = children(expr).map(requirements);
  const locals = expr.kind === 'local' ? new Set([expr.name]) : union(parts.map((part) => part.locals));
  const loads = expr.kind === 'load' || parts.some((part) => part.loads);
  const result = { axes: axesOf(expr), locals, loads };
  known.set(expr, result);
  return result;
}

/** The locals that an expression reads. */
export const localsOf = (expr: Expr): ReadonlySet<string> => requirements(expr).locals;

/** Names for locals, unique in one kernel. */
export class Names {
  private readonly counts = new Map<string, number>();

  fresh(stem: string): string {
    const count = this.counts.get(stem) ?? 0;
    this.counts.set(stem, count + 1);
    return `${stem}${count}`;
  }
}
