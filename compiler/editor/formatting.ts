/** Lays a file out as `netc fmt` does. A file with syntax errors stays as it is. */
import { format } from '../format/index.ts';
import type { Feature } from './feature.ts';
import { toPosition } from './places.ts';

export const formatting: Feature = {
  capabilities: { documentFormattingProvider: true },
  register(connection, workspace) {
    connection.onDocumentFormatting(({ textDocument }) => {
      const { files } = workspace;
      const file = files.read(files.path(textDocument.uri));
      if (!file) return null;
      const { text, diagnostics } = format(file);
      if (diagnostics.length > 0 || text === file.text) return [];
      const { start, end, added } = difference(file.text, text);
      return [{ range: { start: toPosition(file, start), end: toPosition(file, end) }, newText: added }];
    });
  },
};

/** What differs, without the lines that both texts begin and end with: the cursor keeps its place. */
function difference(before: string, after: string): { start: number; end: number; added: string } {
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before[start] === after[start]) start++;
  start = before.lastIndexOf('\n', start - 1) + 1;
  let tail = 0;
  while (tail < least - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  // Never between the two characters of a line's end.
  if (before[before.length - tail - 1] === '\r') tail = Math.max(0, tail - 1);
  return { start, end: before.length - tail, added: after.slice(start, after.length - tail) };
}
