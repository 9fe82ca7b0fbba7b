/** Offsets in a text as lines and columns, both from 1; a column counts UTF-16 units, as editors and TypeScript do. */
import type { SourceFile } from './diagnostic.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

// A file's text never changes, so its line table is only ever computed, not kept up to date.
const tables = new WeakMap<SourceFile, readonly number[]>();

/** The offset at which each line starts. A line ends with `\n`, `\r\n` or `\r`. */
export function lineStarts(file: SourceFile): readonly number[] {
  const known = tables.get(file);
  if (known) return known;
  const starts = [0];
  for (const { index, 0: newline } of file.text.matchAll(/\r\n|\n|\r/g)) starts.push(index + newline.length);
  tables.set(file, starts);
  return starts;
}

export function position(file: SourceFile, offset: number): Position {
  const starts = lineStarts(file);
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - starts[low] + 1 };
}

/** The text of a line (from 1) without its newline; empty beyond the last. */
export function lineText(file: SourceFile, line: number): string {
  const starts = lineStarts(file);
  return file.text
    .slice(starts[line - 1] ?? file.text.length, starts[line] ?? file.text.length)
    .replace(/[\r\n]+$/, '');
}
