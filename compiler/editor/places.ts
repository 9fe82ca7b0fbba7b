/** Between the compiler's places (offsets in a file) and the protocol's (lines and characters from 0). */
import type { Position, Range } from 'vscode-languageserver';
import type { SourceFile, Span } from '../diagnostics/diagnostic.ts';
import { lineStarts, position } from '../diagnostics/position.ts';

export function toPosition(file: SourceFile, offset: number): Position {
  const { line, column } = position(file, Math.max(0, Math.min(offset, file.text.length)));
  return { line: line - 1, character: column - 1 };
}

export const toRange = ({ file, start, end }: Span): Range => ({
  start: toPosition(file, start),
  end: toPosition(file, Math.max(start, end)),
});

/** Beyond a line's end is its end, beyond the last line the text's end. */
export function toOffset(file: SourceFile, { line, character }: Position): number {
  const starts = lineStarts(file);
  const start = starts[line];
  if (start === undefined) return file.text.length;
  return Math.min(start + character, starts[line + 1] ?? file.text.length);
}

/** Whether the offset is in the span or at one of its ends. */
export const touches = ({ start, end }: Span, offset: number): boolean => start <= offset && offset <= end;

export const contains = (outer: Span, inner: Span): boolean =>
  outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
