/** Walking the typed tree: an expression's parts, and what its locals stand for. */
import type { TypedBlock, TypedExpr, TypedTraining } from './typed.ts';

/** The expressions that an expression is computed from; for a call its arguments, not the callee's body. */
export const operands = (expr: TypedExpr): readonly TypedExpr[] =>
  expr.kind === 'op' || expr.kind === 'call' ? expr.args : [];

/** Calls `visit` for the expression and everything in it, callees' bodies included. */
export function visitExpr(expr: TypedExpr, visit: (expr: TypedExpr) => void): void {
  const pending = [expr];
  for (let next = pending.pop(); next; next = pending.pop()) {
    visit(next);
    pending.push(...operands(next));
    if (next.kind === 'call') {
      const { body } = next.instance;
      pending.push(...body.results, ...body.lets.map((l) => l.value), ...body.updates.map((u) => u.value));
    }
  }
}

/** What the locals of bodies stand for, those of the layers and functions in them included. */
export function definitionsOf(blocks: readonly TypedBlock[]): ReadonlyMap<number, TypedExpr> {
  const known = new Map<number, TypedExpr>();
  for (const { lets, updates, results } of blocks) {
    for (const { local, value } of lets) known.set(local, value);
    for (const expr of [...lets.map(({ value }) => value), ...updates.map(({ value }) => value), ...results]) {
      visitExpr(expr, (part) => {
        if (part.kind !== 'call') return;
        for (const [i, input] of part.instance.inputs.entries()) known.set(input.local, part.args[i]);
        for (const { local, value } of part.instance.body.lets) known.set(local, value);
      });
    }
  }
  return known;
}

/** What each local of a training stands for: a `let`'s value, an argument, the model's result. */
export function definitions(training: TypedTraining): ReadonlyMap<number, TypedExpr> {
  const { body } = training.trainingModel ?? training.model;
  const values = [...training.input, ...training.metrics].map(({ value }) => value);
  const settings: TypedBlock = { lets: [], updates: [], results: [...values, training.loss] };
  return new Map([...definitionsOf([body, settings]), [training.output, body.results[0]]]);
}
