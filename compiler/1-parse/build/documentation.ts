/** `///` comments: which declaration each run of lines belongs to. One at the end of a line of code documents nothing. */

import type { SourceFile } from '../../diagnostics/diagnostic.ts';
import { position } from '../../diagnostics/position.ts';
import type { IToken } from '../chevrotain.ts';

const isDoc = (token: IToken): boolean => /^\/\/\/(?!\/)/.test(token.image);

export interface Documentation {
  /**
   * The lines right above the line that begins at the offset, joined by newlines; empty where there are none, or where
   * something else begins the line: that has the documentation.
   */
  readonly at: (offset: number) => string;
  /** The comments that document nothing (so far). */
  readonly rest: () => readonly IToken[];
}

export function documentation(file: SourceFile, comments: readonly IToken[]): Documentation {
  const begins = (offset: number, column: number): boolean =>
    /^[\s;]*$/.test(file.text.slice(offset - column + 1, offset));
  const alone = comments.filter((token) => isDoc(token) && begins(token.startOffset, token.startColumn ?? 1));
  const byLine = new Map(alone.map((token) => [token.startLine ?? 0, token]));
  const used = new Set<IToken>();
  const at = (offset: number): string => {
    const lines: string[] = [];
    const { line: own, column } = position(file, offset);
    if (!begins(offset, column)) return '';
    let line = own - 1;
    for (let token = byLine.get(line); token; token = byLine.get(--line)) {
      used.add(token);
      lines.unshift(token.image.replace(/^\/\/\/ ?/, '').trimEnd());
    }
    return lines.join('\n');
  };
  return { at, rest: () => comments.filter((token) => !used.has(token)) };
}
