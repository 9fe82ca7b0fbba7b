/** Lays a summary out as a table. */
import type { Summary, SummaryRow } from './summarize.ts';
import { count, ruled } from './table.ts';

/** With a batch size its shapes and multiply-adds are shown, else `N` and one sample's. */
export function summaryTable(summary: Summary, batch?: number): string {
  const shape = (row: SummaryRow): string =>
    `[${row.output.map((size) => (size === 'N' && batch !== undefined ? batch : size)).join(', ')}]`;
  const macs = (n: number): string => (n === 0 ? '' : count(n * (batch ?? 1)));
  const total = summary.layers.reduce((sum, row) => sum + row.macs, 0);
  const lines = ruled(
    [
      [
        'layer',
        'type',
        'output',
        'parameters',
        batch === undefined ? 'multiply-adds' : `multiply-adds (batch ${batch})`,
      ],
      ...summary.layers.map((row) => [
        row.name,
        row.type === row.name ? '' : row.type,
        shape(row),
        row.parameters === 0 ? '' : count(row.parameters),
        macs(row.macs),
      ]),
      ['total', '', '', count(summary.parameters), macs(total)],
    ],
    3,
  );
  const { buffers } = summary;
  return [
    summary.model,
    ...lines,
    `trainable parameters: ${count(summary.trainable)}${buffers > 0 ? `; in buffers, not trained: ${count(buffers)}` : ''}`,
  ].join('\n');
}
