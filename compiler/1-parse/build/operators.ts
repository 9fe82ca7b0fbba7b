/** The precedence of operators, tightest last: `or`, `and`, `not`, comparison, `..`, `+ -`, `* / % @`, unary `-`. */

import type { BinaryOperator, Expression } from '../ast.ts';
import type { CstNode, IToken } from '../chevrotain.ts';
import { nodeOf, nodesOf, tokenEnd, tokensOf } from '../cst.ts';
import { type Build, maxDepth, missingValue, tooDeep } from './context.ts';
import { value } from './values.ts';

type Infix = BinaryOperator | '..';

export const precedence: Readonly<Record<Infix, number>> = {
  or: 1,
  and: 2,
  '==': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '..': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
  '@': 7,
};
const notPrecedence = 3;
const comparison = 4;
const minusPrecedence = 8;

const isInfix = (text: string): text is Infix => Object.hasOwn(precedence, text);

/** What stands between two binary operators, or at an end. */
interface Operand {
  readonly prefixes: readonly IToken[];
  readonly value: Expression;
  readonly start: number;
}

/** The tree of `a + b * c …`. */
export function chain(b: Build, node: CstNode): Expression {
  const operations = nodesOf(node, 'operation');
  const first = nodeOf(node, 'operand');
  const operands = [first, ...operations.map((operation) => nodeOf(operation, 'operand'))];
  const levels = operations.length + operands.reduce((sum, operand) => sum + nodesOf(operand, 'prefix').length, 0);
  if (b.depth + levels > maxDepth) return tooDeep(b, node);
  const inner = { ...b, depth: b.depth + levels };
  const operators = operations.flatMap((operation) => tokensOf(operation, 'BinaryOperator'));
  const items = operands.map((operand, i) => readOperand(inner, operand, operators[i - 1]));
  return climb(b, items, operators);
}

function readOperand(b: Build, node: CstNode | undefined, after: IToken | undefined): Operand {
  const prefixes = nodesOf(node, 'prefix').flatMap((prefix) => [
    ...tokensOf(prefix, 'Minus'),
    ...tokensOf(prefix, 'Not'),
  ]);
  const inner = nodeOf(node, 'value');
  const last = prefixes.at(-1) ?? after;
  const at = last ? tokenEnd(last) : 0;
  const result = inner ? value(b, inner) : missingValue(b, `\`${last?.image}\``, at);
  return { prefixes, value: result, start: prefixes[0]?.startOffset ?? result.span.start };
}

/** Precedence climbing over the flat list. */
function climb(b: Build, operands: readonly Operand[], operators: readonly IToken[]): Expression {
  let next = 0;
  const operand = (prefix: number): Expression => {
    const { prefixes, value: inner } = operands[next];
    const token = prefixes[prefix];
    if (!token) {
      next++;
      return inner;
    }
    const operator = token.image === 'not' ? 'not' : '-';
    const first = operand(prefix + 1);
    const whole = upward(first, operator === 'not' ? notPrecedence : minusPrecedence);
    return { kind: 'unary', operator, operand: whole, span: b.problems.span(token.startOffset, whole.span.end) };
  };
  const upward = (first: Expression, above: number): Expression => {
    let left = first;
    let compared: IToken | undefined;
    for (let token = operators[next - 1]; token && isInfix(token.image); token = operators[next - 1]) {
      const level = precedence[token.image];
      if (level <= above) break;
      const right = upward(operand(0), level);
      if (level === comparison && compared) chained(b, left, token, right);
      if (level === comparison) compared = token;
      left = combine(b, left, token, token.image, right);
    }
    return left;
  };
  return upward(operand(0), 0);
}

function combine(b: Build, left: Expression, token: IToken, operator: Infix, right: Expression): Expression {
  const span = b.problems.span(left.span.start, right.span.end);
  if (operator === '..') return { kind: 'range', from: left, to: right, span };
  const operatorSpan = b.problems.span(token.startOffset, tokenEnd(token));
  return { kind: 'binary', operator, left, right, operatorSpan, span };
}

function chained(b: Build, left: Expression, token: IToken, right: Expression): void {
  const { text } = b.problems.file;
  const middle = left.kind === 'binary' ? left.right.span : left.span;
  const shared = text.slice(middle.start, middle.end);
  const rest = text.slice(token.startOffset, right.span.end);
  b.problems.error('E0116', 'comparisons do not chain', token.startOffset, tokenEnd(token), {
    label: 'a second comparison',
    help: [`write \`${text.slice(left.span.start, left.span.end)} and ${shared} ${rest}\``],
    fixes: [b.problems.fix('Compare twice', token.startOffset, token.startOffset, `and ${shared} `)],
  });
}
