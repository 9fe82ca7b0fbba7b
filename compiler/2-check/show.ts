/** Types, values and arithmetic as the user would write them, for messages. */
import type { Expression } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import type { Value } from './values.ts';

/** A value in a message: `32`, `(3, 3)`, `f32[N, 10]`. */
export function showValue(value: Value): string {
  switch (value.kind) {
    case 'int':
      return dim.show(value.dim);
    case 'ratio':
      return dim.show(value.floor);
    case 'float':
    case 'bool':
      return String(value.value);
    case 'string':
      return `"${value.value}"`;
    case 'range':
      return `${value.from}..${value.to}`;
    case 'tuple':
      return `(${value.items.map(showValue).join(', ')})`;
    case 'tensor':
      return showType(value.type);
    case 'open':
      return 'a condition that is known only at run time';
    case 'poison':
      return '?';
  }
}

/** What kind of thing a value is: "an integer", "a tensor f32[N, 10]". */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'int':
      return `the integer ${showValue(value)}`;
    case 'float':
    case 'ratio':
      return `the number ${showValue(value)}`;
    case 'bool':
      return showValue(value);
    case 'string':
      return `the string ${showValue(value)}`;
    case 'range':
      return `the range ${showValue(value)}`;
    case 'tuple':
      return value.items.some((item) => item.kind === 'tensor')
        ? `a tuple of ${value.items.length} values`
        : `the tuple ${showValue(value)}`;
    case 'tensor':
      return `a tensor ${showValue(value)}`;
    case 'open':
      return showValue(value);
    case 'poison':
      return 'an unknown value';
  }
}

/** The source text at a place. */
export const textAt = (span: Span): string => span.file.text.slice(span.start, span.end);

/** `stride`, `stride or padding`, `kernel, stride or padding`. */
export const oneOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

const needsBrackets = (expression: Expression): boolean => expression.kind === 'binary' || expression.kind === 'if';

/**
 * A dimension's formula with the values put in: `(28 + 2 * 0 - 1 * (3 - 1) - 1) / 1 + 1`, and `128 * 3 * 3` for
 * `product(S)`. Undefined where nothing is computed (`out`, `10`).
 */
export function showArithmetic(
  expression: Expression,
  lookup: (name: string) => Value | undefined,
): string | undefined {
  if (expression.kind === 'call') {
    const [argument] = expression.arguments;
    if (expression.callee.kind === 'name' && expression.callee.name === 'product' && argument?.value.kind === 'name') {
      const value = lookup(argument.value.name);
      return value?.kind === 'tuple' && value.items.length > 1 ? value.items.map(showValue).join(' * ') : undefined;
    }
    if (expression.callee.kind !== 'name') return undefined;
    const given = expression.arguments.map(
      ({ name, value }) => `${name ? `${name.name}=` : ''}${substituted(value, lookup)}`,
    );
    return `${expression.callee.name}(${given.join(', ')})`;
  }
  return expression.kind === 'binary' ? substituted(expression, lookup) : undefined;
}

function substituted(expression: Expression, lookup: (name: string) => Value | undefined): string {
  if (expression.kind === 'binary') {
    const side = (e: Expression, right: boolean): string => {
      const inner = substituted(e, lookup);
      const additive = e.kind === 'binary' && (e.operator === '+' || e.operator === '-');
      const bracket =
        needsBrackets(e) && (right || (additive && expression.operator !== '+' && expression.operator !== '-'));
      return bracket ? `(${inner})` : inner;
    };
    return `${side(expression.left, false)} ${expression.operator} ${side(expression.right, true)}`;
  }
  if (expression.kind === 'name') {
    const value = lookup(expression.name);
    return value ? showValue(value) : expression.name;
  }
  if (expression.kind === 'member' && expression.object.kind === 'name') {
    const value = lookup(expression.object.name);
    const item = value?.kind === 'tuple' ? value.items[Number(expression.member.name)] : undefined;
    if (item) return showValue(item);
  }
  return showArithmetic(expression, lookup) ?? textAt(expression.span);
}
