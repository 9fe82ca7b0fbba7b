/**
 * The source's words and comments in their order. The printer takes each word from here as it prints it, so that none is
 * lost and none is made up; the comments before a word come with it.
 */
import type { SourceModule } from '../1-parse/ast.ts';
import type { IToken } from '../1-parse/chevrotain.ts';
import { tokenEnd } from '../1-parse/cst.ts';
import { type CommentPlace, comment, type Doc, nothing, sequence, text } from './doc.ts';

export interface Remark {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** `///`, which documents a declaration that stands right below it. */
  readonly slashes: boolean;
  /** It documents a declaration. */
  readonly documents: boolean;
}

export class Cursor {
  readonly #text: string;
  readonly #tokens: readonly IToken[];
  readonly #remarks: readonly Remark[];
  /** Where the partner of each opening bracket ends, by where it starts. */
  readonly #closed: ReadonlyMap<number, number>;
  #next = 0;
  #remark = 0;
  /** Where the last word taken ends, and on which line. */
  #end = 0;
  #line = 0;

  constructor({ file, comments: plain }: SourceModule, tokens: readonly IToken[], comments: readonly IToken[]) {
    this.#text = file.text;
    this.#tokens = tokens;
    this.#closed = closings(tokens);
    const undocumenting = new Set(plain.map(({ span }) => span.start));
    this.#remarks = comments.map((token) => ({
      text: token.image.trimEnd(),
      start: token.startOffset,
      end: tokenEnd(token),
      line: token.startLine ?? 0,
      slashes: /^\/\/\/(?!\/)/.test(token.image),
      documents: !undocumenting.has(token.startOffset),
    }));
  }

  get end(): number {
    return this.#end;
  }

  get line(): number {
    return this.#line;
  }

  /** The next word; empty at the end of the file. */
  get next(): string {
    return this.#tokens[this.#next]?.image ?? '';
  }

  /** Where the next word starts; the end of the file if there is none. */
  get start(): number {
    return this.#tokens[this.#next]?.startOffset ?? this.#text.length;
  }

  /** Where the partner of the bracket that comes next ends. */
  get close(): number {
    return this.#closed.get(this.start) ?? 0;
  }

  /** Whether another `(` follows the brackets that begin here. */
  get opensAgain(): boolean {
    const { close } = this;
    let after = this.#next;
    while (after < this.#tokens.length && this.#tokens[after].startOffset < close) after++;
    return this.#tokens[after]?.image === '(';
  }

  /** The column of the next word. */
  get column(): number {
    return this.#tokens[this.#next]?.startColumn ?? 0;
  }

  /** Whether the next word is the first of its line, or follows one that is left out. */
  get startsLine(): boolean {
    return (this.#tokens[this.#next]?.startLine ?? 0) > this.#line;
  }

  /** The next word, which must be the expected one. Its comments must have been taken. */
  word(expected?: string): Doc {
    const token = this.#tokens[this.#next];
    if (!token || (expected !== undefined && token.image !== expected) || this.hasRemarks) {
      const found = this.hasRemarks ? 'a comment' : (token?.image ?? 'the end');
      throw new Error(`the formatter expected ${expected ?? 'a word'} at offset ${this.start} and found ${found}`);
    }
    this.#next++;
    this.#end = tokenEnd(token);
    this.#line = token.endLine ?? 0;
    return text(token.image);
  }

  /** Leaves out the next word if it is one of these. Its comments are left to the word after it. */
  skip(...images: readonly string[]): boolean {
    if (!images.includes(this.next)) return false;
    this.#next++;
    return true;
  }

  get hasRemarks(): boolean {
    const remark = this.#remarks[this.#remark];
    return remark !== undefined && remark.start < this.start;
  }

  /** The comments before the next word; where that is a minus sign that begins a statement, those before its operand, too. */
  remarks(beginsStatement = false): readonly Remark[] {
    const from = this.#remark;
    const after = beginsStatement && this.next === '-' ? this.#tokens[this.#next + 1]?.startOffset : undefined;
    const end = after ?? this.start;
    while (this.#remark < this.#remarks.length && this.#remarks[this.#remark].start < end) this.#remark++;
    return this.#remarks.slice(from, this.#remark);
  }

  /** The comments before the next word, inside something; indented by `at`, and what follows by `next`. */
  comments(at: number, next: number): Doc {
    if (!this.hasRemarks) return nothing;
    const before = this.#line;
    return sequence(
      this.remarks().map((remark, i) => {
        const place: CommentPlace = { own: i > 0 || remark.line !== before, blank: false, at, next };
        return comment(remark.text, place);
      }),
    );
  }

  /** Whether there is an empty line in `start..end`. */
  blank(start: number, end: number): boolean {
    return /\n[^\S\n]*\n/.test(this.#text.slice(start, end));
  }
}

function closings(tokens: readonly IToken[]): ReadonlyMap<number, number> {
  const closed = new Map<number, number>();
  const open: number[] = [];
  for (const token of tokens) {
    if (/^[([{]$/.test(token.image)) open.push(token.startOffset);
    const start = /^[)\]}]$/.test(token.image) ? open.pop() : undefined;
    if (start !== undefined) closed.set(start, tokenEnd(token));
  }
  return closed;
}
