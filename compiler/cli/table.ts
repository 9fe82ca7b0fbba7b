/** Numbers as people read them, and cells in columns. */

export const count = (n: number): string => n.toLocaleString('en-US');

/** `640 B`, `653.0 KiB`, `12.4 MiB`. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const unit = n < 2 ** 20 ? 'KiB' : n < 2 ** 30 ? 'MiB' : 'GiB';
  const size = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit];
  return `${(n / size).toFixed(1)} ${unit}`;
}

/** Lines of cells: the first `left` columns begin together, the others end together. */
export function columns(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
}
