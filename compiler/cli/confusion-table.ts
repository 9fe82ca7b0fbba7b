/** Lays a confusion matrix out: a row per true class, a column per class it was taken for. */

/** Columns are numbered, rows carry the number, the name and the share of the class that was recognised. */
export function confusionTable(confusion: readonly (readonly number[])[], classes: readonly string[]): string {
  const name = (i: number): string => classes[i] ?? `class ${i}`;
  const label = (i: number): string => `${String(i).padStart(2)} ${name(i)}`;
  const left = Math.max('true class'.length, ...confusion.map((_, i) => label(i).length));
  const width = Math.max(4, ...confusion.flat().map((n) => String(n).length)) + 1;
  const cell = (text: string): string => text.padStart(width);
  const header = `${'true class'.padEnd(left)}${confusion.map((_, i) => cell(String(i))).join('')}   recognised`;
  const rows = confusion.map((row, i) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    const share = total === 0 ? '' : `${((100 * row[i]) / total).toFixed(1)} %`;
    return `${label(i).padEnd(left)}${row.map((n) => cell(n === 0 ? '.' : String(n))).join('')}   ${share.padStart(10)}`;
  });
  return [header, ...rows].join('\n');
}
