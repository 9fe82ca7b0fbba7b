/** Lays a document out on lines of limited width: each group on one line if it fits there with what follows, else broken. */
import { alignRows } from './columns.ts';
import { all, type Doc, type Either, newline, space } from './doc.ts';
import { Output } from './output.ts';

/** A document still to be printed. */
export interface Command {
  readonly indent: number;
  readonly flat: boolean;
  readonly doc: Doc;
}

export function layout(whole: Doc, limit: number): string {
  const out = new Output();
  const stack: Command[] = [{ indent: 0, flat: false, doc: whole }];
  for (let command = stack.pop(); command; command = stack.pop()) {
    const { indent, flat, doc } = command;
    switch (doc.kind) {
      case 'text':
        out.text(doc.text);
        break;
      case 'space':
        out.spaces(1);
        break;
      case 'line':
        if (flat) printFlat(out, doc.flat);
        else out.newline(indent, false);
        break;
      case 'pad':
        if (!flat) out.text(' '.repeat(doc.count));
        break;
      case 'newline':
        out.newline(indent, doc.blank);
        break;
      case 'comment':
        out.comment(doc.text, doc, indent);
        break;
      case 'all':
        for (const part of doc.parts.toReversed()) stack.push({ indent, flat, doc: part });
        break;
      case 'nest':
        stack.push({ indent: indent + doc.by, flat, doc: doc.inner });
        break;
      case 'align':
        stack.push({ indent: out.column, flat, doc: doc.inner });
        break;
      case 'group': {
        const fitting = flat || fits(limit - out.column, doc, stack);
        stack.push({ indent, flat: fitting, doc: doc.inner });
        break;
      }
      case 'rows': {
        const room = limit - indent;
        const last = (row: Doc): boolean => fits(room, row, stack);
        stack.push({ indent, flat: false, doc: alignRows(doc.rows, room, last) });
        break;
      }
      case 'either':
        if (flat || fits(limit - out.column, doc, stack)) stack.push({ indent, flat: true, doc: doc.open });
        else stack.push(...broken(doc, indent, out.column, limit, stack).reverse());
        break;
    }
  }
  return out.finish();
}

/** Nothing, spaces, or a comma and a space. */
function printFlat(out: Output, flat: string): void {
  out.text(flat.trimEnd());
  if (flat.endsWith(' ')) out.spaces(flat.length - flat.trimEnd().length);
}

/** A conditional on several lines: its pieces below each other if each fits, else its blocks opened. */
function broken(doc: Either, indent: number, column: number, limit: number, stack: readonly Command[]): Command[] {
  const { head, pieces, keep, open } = doc;
  const begins = column === indent;
  const rest = keep === 'rest' || (keep === undefined && begins);
  const below = rest && begins ? indent : indent + 2;
  const last = pieces.length - 1;
  const onLine = (piece: Doc, i: number): boolean =>
    i === last ? fits(limit - below, piece, stack) : piece.width <= limit - below;
  const first = !rest || head.width + 1 + pieces[0].width <= limit - column;
  // The author's last piece may be as long as it likes.
  const lines =
    first && pieces.every((piece, i) => (rest && i === 0) || (keep && rest && i === last) || onLine(piece, i));
  if (!lines) return [{ indent, flat: false, doc: open }];
  const begin = rest ? all(head, space, pieces[0]) : head;
  return [
    { indent, flat: rest, doc: begin },
    ...pieces.slice(rest ? 1 : 0).flatMap((piece): Command[] => [
      { indent: below, flat: false, doc: newline() },
      { indent: below, flat: Number.isFinite(piece.width) && fits(limit - below, piece, stack), doc: piece },
    ]),
  ];
}

/** Whether the document fits on one line, up to the first place after it where the line may end. */
function fits(room: number, doc: Doc, stack: readonly Command[]): boolean {
  let left = room - doc.width;
  const opened: Doc[] = [];
  let next = stack.length;
  while (left >= 0) {
    let following = opened.pop();
    if (!following) {
      if (next === 0) return true;
      const command = stack[--next];
      if (command.flat) {
        left -= command.doc.width;
        continue;
      }
      following = command.doc;
    }
    switch (following.kind) {
      case 'line':
      case 'newline':
      case 'comment':
      case 'rows':
        return true;
      case 'text':
      case 'space':
        left -= following.width;
        break;
      case 'pad':
        left -= following.count;
        break;
      case 'all':
        opened.push(...following.parts.toReversed());
        break;
      case 'either':
        opened.push(following.open);
        break;
      case 'nest':
      case 'align':
      case 'group':
        opened.push(following.inner);
        break;
    }
  }
  return false;
}
