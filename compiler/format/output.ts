/** The text being laid out, line by line. Spaces and newlines wait until something follows, so that no line ends in spaces. */
import type { CommentPlace } from './doc.ts';

type Pending =
  | { readonly kind: 'none' }
  | { readonly kind: 'spaces'; readonly count: number }
  | { readonly kind: 'newline'; readonly indent: number; readonly blank: boolean };

const none: Pending = { kind: 'none' };

export class Output {
  readonly #lines: string[] = [];
  #line = '';
  #pending: Pending = none;

  /** Where the next text will stand, from 0. */
  get column(): number {
    if (this.#pending.kind === 'newline') return this.#pending.indent;
    return this.#line.length + (this.#pending.kind === 'spaces' ? this.#pending.count : 0);
  }

  text(text: string): void {
    if (text === '') return;
    this.#flush();
    this.#line += text;
  }

  spaces(count: number): void {
    if (this.#pending.kind === 'none') this.#pending = { kind: 'spaces', count };
  }

  newline(indent: number, blank: boolean): void {
    const wasBlank = this.#pending.kind === 'newline' && this.#pending.blank;
    this.#pending = { kind: 'newline', indent, blank: blank || wasBlank };
  }

  /** After a newline that waits, a comment that is not on its own line still belongs to the line before. */
  comment(text: string, { own, blank, at, next }: CommentPlace, indent: number): void {
    if (own) {
      this.newline(indent + at, blank);
      this.#flush();
      this.#line += text;
    } else {
      this.#line += ` ${text}`;
      if (this.#pending.kind === 'newline') return;
    }
    this.#pending = { kind: 'newline', indent: indent + next, blank: false };
  }

  /** Everything, with a newline at its end unless there is nothing. */
  finish(): string {
    const lines = this.#line === '' ? this.#lines : [...this.#lines, this.#line];
    return lines.map((line) => `${line}\n`).join('');
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = none;
    if (pending.kind === 'spaces') this.#line += ' '.repeat(pending.count);
    if (pending.kind !== 'newline' || (this.#line === '' && this.#lines.length === 0)) return;
    this.#lines.push(this.#line);
    if (pending.blank) this.#lines.push('');
    this.#line = ' '.repeat(pending.indent);
  }
}
