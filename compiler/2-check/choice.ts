/**
 * `if`: decided at compile time over configuration and sizes; over one truth value that only run time knows (a random
 * draw, a comparison of indices) both branches are computed and one is chosen.
 */
import type { Block, Expression } from '../1-parse/ast.ts';
import { Scope } from './scope.ts';
import { describe, textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import { poison, type TensorValue, type Value } from './values.ts';

type Choice = Extract<Expression, { kind: 'if' }>;

export function evaluateIf(expression: Choice, site: Site): Value {
  const condition = site.checker.evaluate(expression.condition, site);
  if (condition.kind === 'poison') return poison;
  if (condition.kind === 'tensor' && condition.type.element === 'bool' && condition.type.shape.length === 0) {
    return evaluateBoth(expression, condition, site);
  }
  if (condition.kind !== 'bool') {
    const tensor = condition.kind === 'tensor';
    return fail(site, {
      code: 'E0407',
      message:
        condition.kind === 'open'
          ? `this \`if\` is decided at compile time, but ${textAt(expression.condition.span)} is known only at run time`
          : `an \`if\` asks one question, and its condition is ${describe(condition)}`,
      span: expression.condition.span,
      label: tensor ? 'not one truth value' : 'not known at compile time',
      help: [
        tensor
          ? 'to choose element by element write where(condition, a, b)'
          : 'ask about configuration, sizes other than the batch, a random draw or an index',
      ],
    });
  }
  const branch = condition.value ? expression.then : expression.else;
  return branch ? evaluateBranch(branch, site) : noElse(expression, 'its condition is false', site);
}

const evaluateBranch = (branch: Block, site: Site): Value =>
  site.checker.evaluateBlock(branch, { ...site, scope: new Scope(site.scope) });

function noElse(expression: Choice, when: string, site: Site): Value {
  return fail(site, {
    code: 'E0210',
    message: `this \`if\` has no value where ${when}`,
    span: expression.span,
    help: ['add `else { … }`'],
  });
}

function evaluateBoth(expression: Choice, condition: TensorValue, site: Site): Value {
  const { then, else: otherwise } = expression;
  if (!otherwise) return noElse(expression, 'its condition does not hold', site);
  const before = site.frame.updates.length;
  const [a, b] = [then, otherwise].map((branch) => evaluateBranch(branch, site));
  if (site.frame.updates.length > before) {
    return fail(site, {
      code: 'E0407',
      message: 'an `update` happens each step, but this `if` is decided at run time',
      span: expression.condition.span,
      label: 'known only at run time',
      help: ['choose the value instead: `update name = if condition { a } else { name }`'],
    });
  }
  if (a.kind === 'poison' || b.kind === 'poison') return poison;
  const [left, right] = [items(a), items(b)];
  if (left.length !== right.length) {
    return fail(site, {
      code: 'E0406',
      message: `one branch gives ${describe(a)}, the other ${describe(b)}`,
      span: expression.span,
      help: ['both branches of an `if` that run time decides give the same kind of value'],
    });
  }
  const chosen = left.map((value, i) =>
    site.checker.elementwise('select', [condition, value, right[i]], expression.span, site),
  );
  return a.kind === 'tuple' ? { kind: 'tuple', items: chosen } : chosen[0];
}

const items = (value: Value): readonly Value[] => (value.kind === 'tuple' ? value.items : [value]);
