/** What can be folded: brackets over several lines, runs of comments, the imports. Works on any text. */
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver';
import type { SourceFile } from '../diagnostics/diagnostic.ts';
import type { Feature } from './feature.ts';
import { toPosition } from './places.ts';
import { type Word, wordsOf } from './words.ts';

export const folding: Feature = {
  capabilities: { foldingRangeProvider: true },
  register(connection, workspace) {
    connection.onFoldingRanges(({ textDocument }) => {
      const { files } = workspace;
      const file = files.read(files.path(textDocument.uri));
      return file ? foldsOf(file) : [];
    });
  },
};

function foldsOf(file: SourceFile): FoldingRange[] {
  const { words, comments: remarks } = wordsOf(file);
  const line = (offset: number): number => toPosition(file, offset).line;
  const open: Word[] = [];
  const brackets = words.flatMap((word): FoldingRange[] => {
    if (/^[([{]$/.test(word.text)) open.push(word);
    if (!/^[)\]}]$/.test(word.text)) return [];
    const start = open.pop();
    const [startLine, endLine] = [line(start?.start ?? word.start), line(word.start) - 1];
    return endLine > startLine ? [{ startLine, endLine }] : [];
  });
  const comments = runs(remarks.map(({ start }) => line(start)));
  const imports = runs(words.flatMap((word) => (word.text === 'import' ? [line(word.start)] : [])));
  return [
    ...brackets,
    ...comments.map(([startLine, endLine]) => ({ startLine, endLine, kind: FoldingRangeKind.Comment })),
    ...imports.map(([startLine, endLine]) => ({ startLine, endLine, kind: FoldingRangeKind.Imports })),
  ];
}

/** Lines that follow each other, where there are at least two. */
function runs(lines: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last && last[1] === line - 1) last[1] = line;
    else found.push([line, line]);
  }
  return found.filter(([from, to]) => to > from);
}
