/** Names, literals and brackets with what follows them: members, calls, indices. */

import type { Argument, Expression, IndexItem } from '../ast.ts';
import type { CstNode } from '../chevrotain.ts';
import { endOf, nodeOf, nodesOf, startOf, tokenEnd, tokenOf } from '../cst.ts';
import { choice, comprehension } from './compound.ts';
import { type Build, identifier, junk, maxDepth, missingValue, spanOf, tooDeep } from './context.ts';
import { commasOf, separated } from './lists.ts';
import { brokenNumber, numberLiteral, stringValue } from './literals.ts';

/** A primary expression with its members, calls and indices. */
export function value(b: Build, node: CstNode): Expression {
  const suffixes = nodesOf(node, 'suffix');
  if (b.depth + suffixes.length > maxDepth) return tooDeep(b, node);
  const inner = { ...b, depth: b.depth + suffixes.length + 1 };
  return suffixes.reduce((object, suffix) => withSuffix(inner, object, suffix), primary(inner, node));
}

function primary(b: Build, node: CstNode): Expression {
  const number = tokenOf(node, 'NumberLiteral');
  if (number) return numberLiteral(b, number);
  const text = tokenOf(node, 'TextLiteral');
  if (text) return { kind: 'string', value: stringValue(b, text), span: spanOf(b, text) };
  const truth = tokenOf(node, 'True') ?? tokenOf(node, 'False');
  if (truth) return { kind: 'bool', value: truth.image === 'true', span: spanOf(b, truth) };
  const tuple = nodeOf(node, 'tuple');
  if (tuple) return parenthesised(b, tuple);
  const list = nodeOf(node, 'list');
  if (list) return { kind: 'list', items: items(b, list), span: spanOf(b, list) };
  const conditional = nodeOf(node, 'choice');
  if (conditional) return choice(b, conditional);
  const loop = nodeOf(node, 'comprehension');
  if (loop) return comprehension(b, loop);
  const name = tokenOf(node, 'Name');
  return name
    ? { kind: 'name', name: name.image, span: spanOf(b, name) }
    : missingValue(b, 'this place', startOf(node));
}

/** `(a)` is a, `(a, b)` and `(a,)` are tuples. */
function parenthesised(b: Build, node: CstNode): Expression {
  const inside = items(b, node);
  const [only] = inside;
  if (inside.length === 1 && commasOf(node).length === 0) return only;
  return { kind: 'tuple', items: inside, span: spanOf(b, node) };
}

export function items(b: Build, node: CstNode): readonly Expression[] {
  return separated(b, commasOf(node), nodesOf(node, 'item')).map((item) => {
    const inner = nodeOf(item, 'expression');
    const start = startOf(item);
    const read: Expression = inner ? b.recur.expression(b, inner) : { kind: 'missing', span: spanOf(b, item) };
    for (const rest of nodesOf(item, 'junkInList')) junk(b, rest, start);
    return read;
  });
}

function withSuffix(b: Build, object: Expression, suffix: CstNode): Expression {
  const span = b.problems.span(object.span.start, endOf(suffix));
  const call = nodeOf(suffix, 'arguments');
  if (call)
    return { kind: 'call', callee: object, arguments: callArguments(b, call), argumentsSpan: spanOf(b, call), span };
  const index = nodeOf(suffix, 'index');
  if (index) return { kind: 'index', object, indices: indices(b, index), span };
  return member(b, object, suffix);
}

function member(b: Build, object: Expression, suffix: CstNode): Expression {
  const name = tokenOf(suffix, 'Name');
  const number = tokenOf(suffix, 'NumberLiteral');
  const dot = startOf(suffix);
  const end = endOf(suffix);
  if (object.kind === 'number') return brokenNumber(b, object.span.start, end);
  if (name)
    return { kind: 'member', object, member: identifier(b, name), span: b.problems.span(object.span.start, end) };
  // `t.0.1` has the number 0.1 in it.
  if (number && /^\d+(\.\d+)?$/.test(number.image)) {
    let at = number.startOffset;
    return number.image.split('.').reduce((inner: Expression, digits): Expression => {
      const span = b.problems.span(at, at + digits.length);
      at += digits.length + 1;
      return {
        kind: 'member',
        object: inner,
        member: { name: digits, span },
        span: b.problems.span(object.span.start, span.end),
      };
    }, object);
  }
  b.problems.error('E0107', '`.` needs the name or the number of a member after it', dot, end, {
    help: ['a member is written `padding.0` or `stats.mean`'],
  });
  return { kind: 'missing', partial: object, span: b.problems.span(object.span.start, end) };
}

export function callArguments(b: Build, node: CstNode): readonly Argument[] {
  return separated(b, commasOf(node), nodesOf(node, 'argument')).map((argument): Argument => {
    const start = startOf(argument);
    const name = tokenOf(argument, 'Name');
    const equals = tokenOf(argument, 'Equals');
    const inner = nodeOf(argument, 'arrow');
    const absent = (): Expression =>
      equals
        ? missingValue(b, `\`${name?.image}=\``, tokenEnd(equals))
        : { kind: 'missing', span: spanOf(b, argument) };
    const read = inner ? arrow(b, inner) : absent();
    for (const rest of nodesOf(argument, 'junkInList')) junk(b, rest, start);
    const span = spanOf(b, argument);
    return { ...(name ? { name: identifier(b, name) } : {}), value: read, span };
  });
}

function arrow(b: Build, node: CstNode): Expression {
  const [left, right] = nodesOf(node, 'expression');
  const token = tokenOf(node, 'Arrow');
  const from = b.recur.expression(b, left);
  if (!token) return from;
  const to = right
    ? b.recur.expression(b, right)
    : missingValue(b, '`->`', tokenEnd(token), ['write both sizes, as in `1152 -> 64`']);
  return { kind: 'arrow', from, to, span: b.problems.span(from.span.start, to.span.end) };
}

function indices(b: Build, node: CstNode): readonly IndexItem[] {
  return separated(b, commasOf(node), nodesOf(node, 'indexItem')).map((item): IndexItem => {
    const at = nodeOf(item, 'chain');
    const slice = nodeOf(item, 'sliceEnd');
    const end = nodeOf(slice, 'chain');
    const from = at ? b.recur.chain(b, at) : undefined;
    const to = end ? b.recur.chain(b, end) : undefined;
    for (const rest of nodesOf(item, 'junkInList')) junk(b, rest, startOf(item));
    const span = spanOf(b, item);
    if (slice) return { kind: 'slice', ...(from ? { from } : {}), ...(to ? { to } : {}), span };
    return { kind: 'at', value: from ?? { kind: 'missing', span }, span };
  });
}
