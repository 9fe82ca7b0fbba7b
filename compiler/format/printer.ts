/** What every part of the printer shares: the words of the source, brackets and lists, and the way back to the beginning. */
import type { Block, Expression } from '../1-parse/ast.ts';
import type { Cursor } from './cursor.ts';
import { all, type Doc, group, line, nest, softline } from './doc.ts';

export interface Printer {
  readonly cursor: Cursor;
  /** Types, values and blocks contain each other, the files do not. */
  readonly recur: {
    readonly expression: (p: Printer, value: Expression) => Doc;
    readonly block: (p: Printer, block: Block) => Doc;
  };
}

/** The next word with the comments before it. What a comment pushes to a line of its own is indented. */
export function word(p: Printer, expected?: string): Doc {
  const comments = p.cursor.comments(2, 2);
  return all(comments, p.cursor.word(expected));
}

/** A word that may stand at a line's beginning: a closing bracket, `{`, `else`. Comments before it belong to what it closes. */
export function closing(p: Printer, expected: string): Doc {
  const comments = p.cursor.comments(2, 0);
  return all(comments, p.cursor.word(expected));
}

/** The comments before something that begins a line where it is broken. */
export const lead = (p: Printer): Doc => p.cursor.comments(0, 0);

/** What goes on after an operator or a `=`; indented where a comment stands between them. */
export function after(p: Printer, print: () => Doc): Doc {
  if (!p.cursor.hasRemarks) return print();
  const comments = p.cursor.comments(2, 2);
  return all(comments, nest(print()));
}

/** Prints the elements between commas. A comma after the last one is left out. */
export function items<T>(
  p: Printer,
  list: readonly T[],
  print: (item: T) => Doc,
  before: () => void = () => {},
): readonly Doc[] {
  return list.map((item) => {
    before();
    const printed = all(lead(p), print(item));
    p.cursor.skip(',');
    return printed;
  });
}

/** `(a, b)`, or each on a line of its own. */
export function bracketed(open: Doc, content: Doc, close: Doc): Doc {
  return group(open, nest(all(softline, content)), softline, close);
}

/** `{ a }`, or its content on lines of its own. */
export const braced = (open: Doc, content: Doc, close: Doc): Doc => group(open, nest(all(line, content)), line, close);
