/**
 * Sums of a nest that run over as many elements get the same loop variables, and so one loop: a batch's mean and variance are
 * sums over the same places, and read each element once then; a maximum is found with its place. What is computed stays the
 * same, in the same order.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import type { Kernel } from './kernel.ts';
import { axisExpr, children, containsReduction, substituteAxes, withChildren } from './walk.ts';

type Reduce = Extract<Expr, { kind: 'reduce' }>;

export function shareLoops(kernel: Kernel): Kernel {
  const loops = new Map<string, readonly Axis[]>();
  let changed = false;
  const shared = (reduce: Reduce): Expr => {
    // What waits for another sum cannot run beside it.
    if (containsReduction(reduce.body)) return reduce;
    // Sums have loops of their own: parts of them may be written out.
    const kind = reduce.combine === 'sum' ? 'sum' : 'other';
    const key = [kind, ...reduce.axes.map(({ extent }) => dim.show(extent))].join();
    const axes = loops.get(key) ?? reduce.axes;
    loops.set(key, axes);
    if (axes.every(({ id }, i) => id === reduce.axes[i].id)) return reduce;
    changed = true;
    const values = new Map(reduce.axes.map(({ id }, i) => [id, axisExpr(axes[i])]));
    return { ...reduce, axes, body: substituteAxes(reduce.body, values) };
  };
  const visit = (expr: Expr): Expr => {
    if (expr.kind === 'reduce') return shared(expr);
    const parts = children(expr);
    const visited = parts.map(visit);
    return visited.every((part, i) => part === parts[i]) ? expr : withChildren(expr, visited);
  };
  const stores = kernel.stores.map((store) => ({ ...store, value: visit(store.value) }));
  return changed ? { ...kernel, stores } : kernel;
}
