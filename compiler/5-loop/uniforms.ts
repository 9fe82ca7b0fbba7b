/**
 * Numbers that only depend on the step (a bias correction, a learning-rate schedule) are computed by the host in
 * float64, once a step, and handed to the kernels as uniforms. Finds them and names them.
 */
import { evaluate } from '../ops/evaluate.ts';
import type { Expr } from '../ops/expr.ts';
import { scalarTable } from '../ops/scalar.ts';
import type { Kernel } from './kernel.ts';
import { children, keyOf, withChildren } from './walk.ts';

export interface HostUniform {
  readonly name: string;
  readonly expression: Expr;
}

/** Collects host uniforms over several kernels; equal expressions share one. */
export class UniformTable {
  private readonly byKey = new Map<string, HostUniform>();

  get uniforms(): readonly HostUniform[] {
    return [...this.byKey.values()];
  }

  /** The kernel with its largest host-computable subexpressions replaced by uniforms. */
  extract(kernel: Kernel): Kernel {
    const rewrite = (expr: Expr): Expr => {
      if (expr.type === 'f32' && isHostComputable(expr)) return this.named(expr);
      return withChildren(expr, children(expr).map(rewrite));
    };
    return { ...kernel, stores: kernel.stores.map((store) => ({ ...store, value: rewrite(store.value) })) };
  }

  private named(expression: Expr): Expr {
    const key = keyOf(expression);
    const known = this.byKey.get(key) ?? { name: `u${this.byKey.size}`, expression };
    this.byKey.set(key, known);
    return { kind: 'uniform', type: 'f32', name: known.name };
  }
}

/** What the host hands over in a run: the uniforms' values, in order. `dims`: the number of samples, as the model calls it. */
export function hostValues(
  uniforms: readonly HostUniform[],
  dims: Readonly<Record<string, number>>,
  numbers: Readonly<Record<string, number>>,
): number[] {
  const known = { axes: new Map(), dims, uniforms: numbers, load: () => Number.NaN };
  return uniforms.map(({ expression }) => evaluate(expression, known));
}

/** Depends on a uniform, and on nothing else but constants. A draw is the device's: the host hands over its key. */
function isHostComputable(expr: Expr): boolean {
  const kinds = { uniform: false, other: false };
  const visit = (e: Expr): void => {
    if (e.kind === 'uniform') kinds.uniform = true;
    else if (e.kind !== 'const' && (e.kind !== 'apply' || scalarTable[e.fn].deviceOnly)) kinds.other = true;
    children(e).forEach(visit);
  };
  visit(expr);
  return kinds.uniform && !kinds.other;
}
