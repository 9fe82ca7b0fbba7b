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

type Definitions = Map<number, TypedExpr>;

function defineIn(block: TypedBlock, known: Definitions): void {
  for (const { local, value } of block.lets) {
    known.set(local, value);
    defineInExpr(value, known);
  }
  for (const { value } of block.updates) defineInExpr(value, known);
  for (const result of block.results) defineInExpr(result, known);
}

function defineInExpr(expr: TypedExpr, known: Definitions): void {
  visitExpr(expr, (part) => {
    if (part.kind !== 'call') return;
    for (const [i, input] of part.instance.inputs.entries()) known.set(input.local, part.args[i]);
    for (const { local, value } of part.instance.body.lets) known.set(local, value);
  });
}

/** What each local of a body, and of those that it uses, stands for: a `let`'s value or an argument. */
export function definitionsIn(block: TypedBlock): ReadonlyMap<number, TypedExpr> {
  const known: Definitions = new Map();
  defineIn(block, known);
  return known;
}

/** What each local of a training stands for: a `let`'s value, an argument, the model's result. */
export function definitions(training: TypedTraining): ReadonlyMap<number, TypedExpr> {
  const known: Definitions = new Map();
  const model = training.trainingModel ?? training.model;
  defineIn(model.body, known);
  known.set(training.output, model.body.results[0]);
  const { loss, metrics, input, augmented = [] } = training;
  for (const { value } of [...input, ...augmented, ...metrics]) defineInExpr(value, known);
  defineInExpr(loss, known);
  return known;
}
