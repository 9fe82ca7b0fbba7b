/**
 * The printing algebra: documents that say where a line may break, and nothing of the language. After Wadler, "A prettier
 * printer" (1998), with Oppen's (1980) rule that a group is broken as a whole or not at all. Every document knows its width
 * on one line from the start, so that `layout.ts` need not look ahead twice.
 */

/** One line of a pipeline: `|> conv1: Conv2d(32, kernel=3) |> relu`. */
export interface Row {
  /** Comments above it, or at the end of the line before. */
  readonly lead: Doc;
  readonly cells: readonly Doc[];
  /** The column of each cell in the source. */
  readonly columns: readonly number[];
}

/** What a conditional needs to choose its form when it does not fit on a line. */
export interface Either {
  /** With `{` at the end of a line. */
  readonly open: Doc;
  /** Everything up to the first block. */
  readonly head: Doc;
  /** `{ a }`, `else { b }`, … */
  readonly pieces: readonly Doc[];
  /** The author began lines with the pieces, or with all but the first. */
  readonly keep: 'all' | 'rest' | undefined;
}

interface Kinds {
  readonly text: { readonly text: string };
  /** A space, unless the line ends here. */
  readonly space: unknown;
  /** A newline, or on one line what `flat` says: nothing, spaces, or a comma and a space. */
  readonly line: { readonly flat: string };
  /** Spaces that align columns: only where the enclosing group is broken. */
  readonly pad: { readonly count: number };
  readonly newline: { readonly blank: boolean };
  /** Ends its line; `at` and `next` indent it, if it is on a line of its own, and the line after it. */
  readonly comment: CommentPlace & { readonly text: string };
  readonly all: { readonly parts: readonly Doc[] };
  readonly nest: { readonly by: number; readonly inner: Doc };
  /** Lines begin below where the document begins. */
  readonly align: { readonly inner: Doc };
  readonly group: { readonly inner: Doc };
  readonly rows: { readonly rows: readonly Row[] };
  readonly either: Either;
}

export interface CommentPlace {
  readonly own: boolean;
  readonly blank: boolean;
  readonly at: number;
  readonly next: number;
}

type Node<K extends keyof Kinds> = Kinds[K] & {
  readonly kind: K;
  /** On one line; infinite where there must be a newline. */
  readonly width: number;
};

export type Doc = { [K in keyof Kinds]: Node<K> }[keyof Kinds];

const never = Number.POSITIVE_INFINITY;

export const text = (text: string): Doc => ({ kind: 'text', text, width: text.length });
export const nothing: Doc = { kind: 'all', parts: [], width: 0 };
export const space: Doc = { kind: 'space', width: 1 };
export const line: Doc = { kind: 'line', flat: ' ', width: 1 };
export const softline: Doc = { kind: 'line', flat: '', width: 0 };
/** Where a newline separates as well as a comma. */
export const commaOrLine: Doc = { kind: 'line', flat: ', ', width: 2 };
export const spaces = (count: number): Doc => ({ kind: 'line', flat: ' '.repeat(count), width: count });
export const pad = (count: number): Doc => ({ kind: 'pad', count, width: 0 });
export const newline = (blank = false): Doc => ({ kind: 'newline', blank, width: never });
export const comment = (text: string, place: CommentPlace): Doc => ({ ...place, kind: 'comment', text, width: never });

export const sequence = (parts: readonly Doc[]): Doc => ({
  kind: 'all',
  parts,
  width: parts.reduce((sum, { width }) => sum + width, 0),
});
export const all = (...parts: readonly Doc[]): Doc => sequence(parts);

export const nest = (inner: Doc, by = 2): Doc => ({ kind: 'nest', by, inner, width: inner.width });
export const align = (inner: Doc): Doc => ({ kind: 'align', inner, width: inner.width });
export const group = (...parts: readonly Doc[]): Doc => {
  const inner = all(...parts);
  return { kind: 'group', inner, width: inner.width };
};
export const rows = (rows: readonly Row[]): Doc => ({ kind: 'rows', rows, width: never });
export const either = (parts: Either): Doc => ({
  ...parts,
  kind: 'either',
  width: parts.keep ? never : parts.open.width,
});

/** `a, b, c` */
export const commaList = (items: readonly Doc[], separator: Doc = line): Doc =>
  sequence(items.flatMap((item, i) => (i === 0 ? [item] : [text(','), separator, item])));

/** As many items on each line as fit; those that `begin` one do. */
export const fill = (items: readonly Doc[], begin: readonly boolean[] = []): Doc =>
  sequence(
    items.flatMap((item, i) => {
      if (i === 0) return [item];
      return begin[i] ? [text(','), newline(), item] : [text(','), group(line, item)];
    }),
  );
