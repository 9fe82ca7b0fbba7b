/** Tables as text for a terminal and as markdown for a document. */

export interface Table {
  readonly title: string;
  /** The first column is text, the others are figures. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
}

/** A line of a terminal has no room for more of a label. */
const longest = 72;

const shortened = (label: string): string => (label.length > longest ? `${label.slice(0, longest - 1)}…` : label);

export function asText({ title, columns, rows: given, notes }: Table): string {
  const rows = given.map(([label, ...figures]) => [shortened(label), ...figures]);
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    columns
      .map((_, i) => (i === 0 ? (cells[i] ?? '').padEnd(widths[i]) : (cells[i] ?? '').padStart(widths[i])))
      .join('  ')
      .trimEnd();
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [title, rule, line(columns), rule, ...rows.map(line), rule, ...notes, ''].join('\n');
}

export function asMarkdown({ title, columns, rows, notes }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${columns.map((_, i) => (cells[i] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `| ${columns.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`;
  const below = notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)];
  return [`**${title}**`, '', line(columns), rule, ...rows.map(line), ...below, ''].join('\n');
}
