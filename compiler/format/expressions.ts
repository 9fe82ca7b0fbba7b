/** Expressions, but for pipelines and conditionals, which have files of their own. */
import type { Argument, Expression, IndexItem } from '../1-parse/ast.ts';
import { precedence } from '../1-parse/build/operators.ts';
import { comprehension, conditional } from './compound.ts';
import { all, commaList, type Doc, fill, group, line, nest, nothing, space, text } from './doc.ts';
import { pipeline } from './pipelines.ts';
import { after, bracketed, closing, items, lead, type Printer, word } from './printer.ts';
import { isWrapped } from './wrapped.ts';

/** With the parentheses that the author put around it. */
export function expression(p: Printer, one: Expression): Doc {
  if (!isWrapped(p, one)) return bare(p, one);
  const open = word(p, '(');
  const inner = all(lead(p), expression(p, one));
  p.cursor.skip(',');
  return bracketed(open, inner, closing(p, ')'));
}

function bare(p: Printer, one: Expression): Doc {
  switch (one.kind) {
    case 'number':
    case 'string':
    case 'bool':
    case 'name':
    case 'missing':
      return word(p);
    case 'member':
      return member(p, one);
    case 'call': {
      const callee = expression(p, one.callee);
      return all(callee, callArguments(p, one.arguments));
    }
    case 'index': {
      const object = expression(p, one.object);
      const open = word(p, '[');
      const inner = items(p, one.indices, (item) => index(p, item));
      return all(object, bracketed(open, commaList(inner), closing(p, ']')));
    }
    case 'unary': {
      const operator = word(p, one.operator);
      return all(operator, one.operator === 'not' ? space : nothing, expression(p, one.operand));
    }
    case 'binary':
      return chain(p, one);
    case 'arrow':
      return all(
        expression(p, one.from),
        space,
        word(p, '->'),
        space,
        after(p, () => expression(p, one.to)),
      );
    case 'range':
      return all(expression(p, one.from), word(p, '..'), expression(p, one.to));
    case 'pipe':
      return pipeline(p, one);
    case 'named':
      return all(
        word(p, one.name.name),
        word(p, ':'),
        space,
        after(p, () => expression(p, one.value)),
      );
    case 'tuple':
      return tuple(p, one.items);
    case 'list':
      return list(p, one.items);
    case 'if':
      return conditional(p, one);
    case 'for':
      return comprehension(p, one);
  }
}

/** `a.0.1` has the number 0.1 in it, which is printed with the inner member. */
function member(p: Printer, { object, member: name }: Extract<Expression, { kind: 'member' }>): Doc {
  const before = expression(p, object);
  if (p.cursor.end >= name.span.end) return before;
  return all(before, word(p, '.'), word(p));
}

/** `(a, name=b)`; what is long by itself needs no line of its own if it stands alone in the brackets. */
export function callArguments(p: Printer, given: readonly Argument[]): Doc {
  const open = word(p, '(');
  const [only] = given;
  const hugged = given.length === 1 && !only.name && ['list', 'if', 'for'].includes(only.value.kind);
  const inner = items(p, given, (item) => argument(p, item));
  const close = closing(p, ')');
  return hugged ? all(open, ...inner, close) : bracketed(open, commaList(inner), close);
}

function argument(p: Printer, { name, value }: Argument): Doc {
  if (!name) return expression(p, value);
  return all(
    word(p, name.name),
    word(p, '='),
    after(p, () => expression(p, value)),
  );
}

function index(p: Printer, item: IndexItem): Doc {
  if (item.kind === 'at') return expression(p, item.value);
  const from = item.from ? expression(p, item.from) : nothing;
  return all(from, word(p, ':'), item.to ? expression(p, item.to) : nothing);
}

/** A single element is followed by a comma, to be a tuple at all. */
function tuple(p: Printer, list: readonly Expression[]): Doc {
  const open = word(p, '(');
  const inner = items(p, list, (item) => expression(p, item));
  return bracketed(open, all(commaList(inner), list.length === 1 ? text(',') : nothing), closing(p, ')'));
}

/**
 * The author's line breaks between elements are kept. Without any, numbers, names and texts fill lines, and layers stand
 * below each other.
 */
function list(p: Printer, elements: readonly Expression[]): Doc {
  const open = word(p, '[');
  const breaks: boolean[] = [];
  const inner = items(
    p,
    elements,
    (item) => expression(p, item),
    () => breaks.push(p.cursor.startsLine),
  );
  const close = closing(p, ']');
  const kept = breaks.slice(1).includes(true);
  if (!kept) return bracketed(open, elements.every(isShort) ? fill(inner) : commaList(inner), close);
  return bracketed(open, fill(inner, breaks), close);
}

const isShort = (one: Expression): boolean =>
  ['number', 'string', 'bool', 'name'].includes(one.kind) || (one.kind === 'unary' && isShort(one.operand));

type Binary = Extract<Expression, { kind: 'binary' }>;

/** `a + b - c`: operators of one level, each of which begins a line where they don't fit on one. */
function chain(p: Printer, one: Binary): Doc {
  const level = precedence[one.operator];
  const spine: Binary[] = [one];
  let { left } = one;
  while (left.kind === 'binary' && precedence[left.operator] === level && !isWrapped(p, left)) {
    spine.push(left);
    left = left.left;
  }
  const first = expression(p, left);
  const rest = spine.reverse().flatMap(({ operator, right }) => {
    const before = lead(p);
    const sign = p.cursor.word(operator);
    return [line, before, sign, space, after(p, () => expression(p, right))];
  });
  return group(first, nest(all(...rest)));
}
