/**
 * Columns: `|>` below `|>` where the author aligned them, `=` below `=` in settings. Only spaces come of it; a line that is
 * too long for one line takes no part.
 */
import { all, type Doc, group, newline, type Row, spaces } from './doc.ts';

/**
 * The lines of a pipeline. Cells that stood in one column on consecutive lines are brought into one, unless a line would
 * get longer than `room`; `lastFits` says so of the last, which something may follow.
 */
export function alignRows(rows: readonly Row[], room: number, lastFits: (row: Doc) => boolean): Doc {
  const isShort = (row: Doc, i: number): boolean => row.width <= room && (i < rows.length - 1 || lastFits(row));
  const plain = rows.map(({ cells }) => onOneLine(cells, []));
  const alignable = plain.map(isShort);
  const padding = rows.map(({ cells }) => cells.map(() => 0));
  const most = Math.max(0, ...rows.map(({ cells }) => cells.length));
  for (let k = 1; k < most; k++) {
    for (let first = 0; first < rows.length; ) {
      let end = first + 1;
      while (end < rows.length && inLine(rows, alignable, end - 1, end, k)) end++;
      const starts = rows.slice(first, end).map((row, i) => startOf(row, padding[first + i], k));
      const column = Math.max(...starts);
      if (end - first > 1) for (const [i, start] of starts.entries()) padding[first + i][k] = column - start;
      first = end;
    }
  }
  const padded = rows.map(({ cells }, i) => onOneLine(cells, padding[i]));
  const chosen = padded.every((row, i) => !alignable[i] || isShort(row, i)) ? padded : plain;
  return all(...rows.flatMap(({ lead }, i) => [...(i > 0 ? [newline()] : []), lead, chosen[i]]));
}

const onOneLine = (cells: readonly Doc[], padding: readonly number[]): Doc =>
  group(...cells.flatMap((cell, k) => (k === 0 ? [cell] : [spaces(1 + (padding[k] ?? 0)), cell])));

/** Whether two lines have their k-th cells in the same column of the source. */
function inLine(rows: readonly Row[], alignable: readonly boolean[], i: number, j: number, k: number): boolean {
  const columns = [rows[i].columns[k], rows[j].columns[k]];
  return alignable[i] && alignable[j] && columns[0] !== undefined && columns[0] === columns[1];
}

/** Where the k-th cell begins, counted from the line's first. */
const startOf = ({ cells }: Row, padding: readonly number[], k: number): number =>
  cells.slice(0, k).reduce((sum, { width }, i) => sum + width + 1 + padding[i], 0);

/** How much to widen each name so that consecutive ones are equally long; `connected[i]`: name i stands right below i - 1. */
export function evenWidths(widths: readonly number[], connected: readonly boolean[]): readonly number[] {
  const result: number[] = [];
  for (let first = 0; first < widths.length; ) {
    let end = first + 1;
    while (end < widths.length && connected[end]) end++;
    const widest = Math.max(...widths.slice(first, end));
    result.push(...widths.slice(first, end).map((width) => widest - width));
    first = end;
  }
  return result;
}
