/** Numbers as people read them, and cells in columns. */

export const count = (n: number): string => n.toLocaleString('en-US');

/** `640 B`, `653.0 KiB`, `12.4 MiB`. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const unit = n < 2 ** 20 ? 'KiB' : n < 2 ** 30 ? 'MiB' : 'GiB';
  const size = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }[unit];
  return `${(n / size).toFixed(1)} ${unit}`;
}

/** `640 FLOPs`, `25.1 MFLOPs`. */
export function flops(n: number): string {
  if (n < 10_000) return `${count(n)} FLOPs`;
  const unit = n < 1e6 ? 'k' : n < 1e9 ? 'M' : n < 1e12 ? 'G' : 'T';
  return `${(n / { k: 1e3, M: 1e6, G: 1e9, T: 1e12 }[unit]).toFixed(1)} ${unit}FLOPs`;
}

/** `1`, `1 and 2`, `1, 2 and 3`. */
export function list(items: readonly (string | number)[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
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

/** The same under a header, the first row, and over a last row apart, with rules between. */
export function ruled(rows: readonly (readonly string[])[], left: number): string[] {
  const [header, ...lines] = columns(rows, left);
  const rule = '-'.repeat(Math.max(...[header, ...lines].map(({ length }) => length)));
  return [rule, header, rule, ...lines.slice(0, -1), rule, ...lines.slice(-1)];
}

/** Words in lines of at most `width` characters, the first of which stands behind `head`, the others below it. */
export function wrapped(head: string, text: string, width: number): string[] {
  const indent = ' '.repeat(head.length);
  const lines: string[] = [];
  let line = head;
  for (const word of text.split(' ')) {
    const empty = line === head || line === indent;
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
    }
    line += line === head || line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}
