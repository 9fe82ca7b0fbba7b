/** Lays a summary out as a table. */
import type { Summary, SummaryRow } from './summarize.ts';

const count = (n: number): string => n.toLocaleString('en-US');

/** With a batch size its shapes and multiply-adds are shown, else `N` and one sample's. */
export function summaryTable(summary: Summary, batch?: number): string {
  const shape = (row: SummaryRow): string =>
    `[${row.output.map((size) => (size === 'N' && batch !== undefined ? batch : size)).join(', ')}]`;
  const macs = (n: number): string => (n === 0 ? '' : count(n * (batch ?? 1)));
  const total = summary.layers.reduce((sum, row) => sum + row.macs, 0);
  const header = [
    'layer',
    'type',
    'output',
    'parameters',
    batch === undefined ? 'multiply-adds' : `multiply-adds (batch ${batch})`,
  ];
  const rows = summary.layers.map((row) => [
    row.name,
    row.type === row.name ? '' : row.type,
    shape(row),
    row.parameters === 0 ? '' : count(row.parameters),
    macs(row.macs),
  ]);
  const totals = ['total', '', '', count(summary.parameters), macs(total)];
  const widths = header.map((_, column) => Math.max(...[header, ...rows, totals].map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  const { buffers } = summary;
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [
    summary.model,
    rule,
    line(header),
    rule,
    ...rows.map(line),
    rule,
    line(totals),
    `trainable parameters: ${count(summary.trainable)}${buffers > 0 ? `; in buffers, not trained: ${count(buffers)}` : ''}`,
  ].join('\n');
}
