/**
 * The formatter: a file's text in the language's one style. It changes where lines break and how they are indented, puts
 * commas and `;` where the style has them, and nothing else: every comment and every other word stays. Reads and writes no
 * files; `netc fmt` does.
 */
import { parse } from '../1-parse/index.ts';
import type { Diagnostic, SourceFile } from '../diagnostics/diagnostic.ts';
import { Cursor } from './cursor.ts';
import { file as printFile } from './declarations.ts';
import { expression } from './expressions.ts';
import { layout } from './layout.ts';
import { expectSame, read } from './read.ts';
import { block } from './statements.ts';

/** The longest line, in UTF-16 units; only what can't be broken (a text, a comment) gets longer. */
const limit = 120;

export interface Formatted {
  /** The formatted text; the file's own where it has syntax errors. */
  readonly text: string;
  /** The syntax errors. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Formats a file. Idempotent; keeps the line ends that the file begins with. Throws only for a defect of its own. */
export function format(file: SourceFile): Formatted {
  const source = read({ ...file, text: file.text.replace(/\r\n?/g, '\n') });
  const { module, diagnostics, tokens, comments } = source;
  if (diagnostics.length > 0) return { text: file.text, diagnostics: parse(file).diagnostics };
  const cursor = new Cursor(module, tokens, comments);
  const text = layout(printFile({ cursor, recur: { expression, block } }, module, limit), limit);
  expectSame(source, read({ ...file, text }));
  const windows = /^[^\r\n]*\r\n/.test(file.text);
  return { text: windows ? text.replaceAll('\n', '\r\n') : text, diagnostics };
}
