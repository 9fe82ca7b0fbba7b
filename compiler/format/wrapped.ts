/** Parentheses that an expression stands in. The tree does not have them: they are read from the source. */
import type { Expression } from '../1-parse/ast.ts';
import type { Printer } from './printer.ts';

/** Whether the next word is a `(` around exactly this expression, which begins here; not one around its first part alone. */
export const isWrapped = ({ cursor }: Printer, { span }: Expression): boolean =>
  cursor.next === '(' && cursor.start < span.start && cursor.close >= span.end;
