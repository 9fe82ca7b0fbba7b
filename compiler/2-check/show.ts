/** Types, values and arithmetic as the user would write them, for messages. */
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
      return showNumber(value.value);
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

/** Results that are no numbers in words: they come from 0 / 0, log(0) and their like. */
function showNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? '(not a number)' : value > 0 ? 'infinity' : '-infinity';
}

/** What kind of thing a value is: "an integer", "a tensor f32[N, 10]". */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'int':
      return `the integer ${showValue(value)}`;
    case 'float':
    case 'ratio':
      if (value.kind === 'float' && Number.isNaN(value.value)) return 'a result that is not a number';
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
