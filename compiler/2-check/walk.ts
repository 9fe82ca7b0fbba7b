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

/** What each local of a training stands for: a `let`'s value, an argument, the model's result. */
export function definitions(training: TypedTraining): ReadonlyMap<number, TypedExpr> {
  const known = new Map<number, TypedExpr>();
  const fromBlock = (block: TypedBlock): void => {
    for (const { local, value } of block.lets) {
      known.set(local, value);
      fromExpr(value);
    }
    for (const { value } of block.updates) fromExpr(value);
    block.results.forEach(fromExpr);
  };
  const fromExpr = (expr: TypedExpr): void =>
    visitExpr(expr, (part) => {
      if (part.kind !== 'call') return;
      for (const [i, input] of part.instance.inputs.entries()) known.set(input.local, part.args[i]);
      for (const { local, value } of part.instance.body.lets) known.set(local, value);
    });
  const model = training.trainingModel ?? training.model;
  fromBlock(model.body);
  known.set(training.output, model.body.results[0]);
  for (const { value } of training.input) fromExpr(value);
  for (const expr of [training.loss, ...training.metrics.map((metric) => metric.value)]) fromExpr(expr);
  return known;
}
