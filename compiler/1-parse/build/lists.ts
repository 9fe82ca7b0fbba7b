/** Elements between commas: reports commas that are missing or surplus. */
import type { CstElement, CstNode, IToken } from '../chevrotain.ts';
import { endOf, startOf, tokensOf } from '../cst.ts';
import type { Build } from './context.ts';

/** The elements in order, once their commas are checked. `separators` are the commas, and newlines where these separate too. */
export function separated<T extends CstElement>(
  b: Build,
  separators: readonly IToken[],
  elements: readonly T[],
): readonly T[] {
  const commas = [...separators].sort((x, y) => x.startOffset - y.startOffset);
  let next = 0;
  let previous: T | undefined;
  for (const element of elements) {
    let between = 0;
    for (; next < commas.length && startOf(commas[next]) < startOf(element); next++) {
      if (commas[next].image !== ',') between = Math.max(between, 1);
      else if (between++ > 0 || !previous) surplus(b, commas[next]);
    }
    if (previous && between === 0) missing(b, previous, element);
    previous = element;
  }
  for (const extra of commas.slice(previous ? next + 1 : next)) if (extra.image === ',') surplus(b, extra);
  return elements;
}

export const commasOf = (node: CstNode): IToken[] => tokensOf(node, 'Comma');

function missing(b: Build, before: CstElement, after: CstElement): void {
  const at = endOf(before);
  // An element that is itself in disorder has its error already.
  if (b.problems.damaged(startOf(before), endOf(after))) return;
  const { text } = b.problems.file;
  const [left, right] = [excerpt(text.slice(startOf(before), at)), excerpt(text.slice(startOf(after), endOf(after)))];
  b.problems.error('E0106', `a \`,\` is missing between ${left} and ${right}`, at, at, {
    recovered: true,
    label: '`,` expected',
    fixes: [b.problems.fix('Insert `,`', at, at, ',')],
  });
}

function surplus(b: Build, { startOffset: at }: IToken): void {
  b.problems.error('E0106', 'nothing stands between this `,` and the one before it, or the bracket', at, at + 1, {
    recovered: true,
    label: 'one too many',
    fixes: [b.problems.fix('Remove `,`', at, at + 1, '')],
  });
}

/** The text as it is shown in a message: in backquotes, on one line, not long. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return `\`${line.length > 30 ? `${line.slice(0, 27)}...` : line}\``;
}
