/**
 * Lists of lines: a file's declarations, a block's statements, settings. Comments between them stay where they are, at a
 * line's end or on lines of their own, and so does one empty line of several.
 */
import type { Cursor, Remark } from './cursor.ts';
import { all, commaOrLine, comment, type Doc, group, line, nest, newline, sequence } from './doc.ts';
import { closing, type Printer, word } from './printer.ts';

export interface Entry {
  /** `///` right above it would be its documentation. */
  readonly documentable: boolean;
  readonly print: () => Doc;
}

/** What stands between two entries. */
interface Gap {
  readonly remarks: readonly { readonly remark: Remark; readonly own: boolean; readonly blank: boolean }[];
  /** An empty line before the next entry. */
  readonly blank: boolean;
}

/** Takes the comments before the next word. `first`: nothing but a bracket, or nothing at all, stands before them. */
export function gapBefore(cursor: Cursor, first: boolean, documentable: boolean): Gap {
  while (cursor.skip(';', ','));
  const { line: before } = cursor;
  let { end } = cursor;
  let previous: Gap['remarks'][number] | undefined;
  const emptyLine = (start: number, documents: boolean): boolean => {
    if (!previous) return !first && cursor.blank(end, start);
    // What documents nothing must not come to stand right above what it could document.
    const { own, remark } = previous;
    const apart = own && remark.slashes && !remark.documents && documents;
    return apart || cursor.blank(end, start);
  };
  const remarks = cursor.remarks(true).map((remark) => {
    const own = previous !== undefined || remark.line !== before || remark.documents;
    const blank = own && emptyLine(remark.start, remark.documents);
    previous = { remark, own, blank };
    end = remark.end;
    return previous;
  });
  return { remarks, blank: emptyLine(cursor.start, documentable) };
}

/** The gap's comments; with `apart` there is an empty line somewhere in the gap. */
export function printGap({ remarks, blank }: Gap, apart = false): { readonly comments: Doc; readonly blank: boolean } {
  const missing = apart && !blank && !remarks.some((one) => one.blank);
  const at = missing ? remarks.findIndex(({ own }) => own) : -1;
  const comments = remarks.map(({ remark, own, blank: before }, i) =>
    comment(remark.text, { own, blank: before || i === at, at: 0, next: 0 }),
  );
  return { comments: sequence(comments), blank: blank || (missing && at < 0) };
}

/**
 * `{ … }`: on one line if the author wrote it so, it is one entry (with `several`: any number, with commas between them) and
 * neither a comment nor an empty line stands between them.
 */
export function block(p: Printer, entries: readonly Entry[], several: boolean): Doc {
  const { cursor } = p;
  const open = closing(p, '{');
  let spread = !several && entries.length > 1;
  const parts = entries.map((entry, i) => {
    const gap = gapBefore(cursor, i === 0, entry.documentable);
    const { comments, blank } = printGap(gap);
    if (gap.remarks.length > 0 || blank || (i === 0 && cursor.startsLine)) spread = true;
    return { comments, blank, content: entry.print() };
  });
  const end = gapBefore(cursor, entries.length === 0, false);
  const { comments: last } = printGap(end);
  const close = word(p, '}');
  if (end.remarks.length > 0) spread = true;
  if (!spread && parts.length === 0) return all(open, close);
  if (!spread) {
    const inner = parts.flatMap(({ content }, i) => [i === 0 ? line : commaOrLine, content]);
    return group(open, nest(sequence(inner)), line, close);
  }
  const inner = parts.flatMap(({ comments, blank, content }) => [comments, newline(blank), content]);
  return all(open, nest(all(sequence(inner), last)), newline(), close);
}
