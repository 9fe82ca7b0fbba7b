/**
 * The order of a loop body's statements: values that are only read later are declared where they are read first. A tile
 * then needs no more registers than its accumulators and what one row of it reads, in engines that keep a program's order.
 */
import type { Expr } from '../ops/expr.ts';
import { localsOf } from './scope.ts';
import type { Statement } from './tree.ts';
import { children } from './walk.ts';

type Let = Extract<Statement, { kind: 'let' }>;

/** The same statements; each `let` before the first `set` that needs it. Other statements stay where they are. */
export function declareLate(list: readonly Statement[]): Statement[] {
  const ordered: Statement[] = [];
  let waiting: Let[] = [];
  /** Puts down what an expression reads, and what that reads in turn. */
  const need = (expr: Expr): void => {
    if (expr.kind === 'local') {
      const found = waiting.find(({ name }) => name === expr.name);
      if (!found) return;
      waiting = waiting.filter((each) => each !== found);
      need(found.value);
      ordered.push(found);
    } else children(expr).forEach(need);
  };
  const putDown = (which: (each: Let) => boolean): void => {
    for (const each of waiting.filter(which)) need({ kind: 'local', type: each.type, name: each.name });
  };
  for (const statement of list) {
    if (statement.kind === 'let') waiting.push(statement);
    else if (statement.kind === 'set') {
      need(statement.value);
      // What reads the old value is computed before it changes.
      putDown(({ value }) => localsOf(value).has(statement.name));
      ordered.push(statement);
    } else {
      putDown(() => true);
      ordered.push(statement);
    }
  }
  putDown(() => true);
  return ordered;
}
