/** Spans as marks under single lines. */
import type { Span } from '../diagnostic.ts';
import { lineText, position } from '../position.ts';

export interface Mark {
  /** From 1. */
  readonly line: number;
  /** UTF-16 offsets into the line's text, `from < to`; `to` may be one past its end. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** Drawn with `^`, else with `-`. */
  readonly primary: boolean;
}

/** One mark, or for a span of several lines one under its first and one, with the label, under its last. */
export function marksOf({ file, start, end }: Span, label: string, primary: boolean): readonly Mark[] {
  const first = position(file, start);
  const last = position(file, end);
  const from = first.column - 1;
  const lastText = lineText(file, last.line);
  const lastTo = Math.min(last.column - 1, lastText.length);
  const indent = lastText.length - lastText.trimStart().length;
  if (first.line === last.line || lastTo <= indent) {
    const to = first.line === last.line ? last.column - 1 : lineText(file, first.line).length;
    return [{ line: first.line, from, to: Math.max(to, from + 1), label, primary }];
  }
  const to = Math.max(lineText(file, first.line).length, from + 1);
  return [
    { line: first.line, from, to, label: '', primary },
    { line: last.line, from: indent, to: lastTo, label, primary },
  ];
}
