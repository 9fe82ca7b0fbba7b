/**
 * Collects what is wrong with one file's syntax, and where the text is damaged: a damaged value is kept from the checker,
 * so that no later error is the consequence of a syntax error.
 */
import type { Code } from '../diagnostics/catalogue.ts';
import type { Diagnostic, Fix, Note, SourceFile, Span } from '../diagnostics/diagnostic.ts';

interface Details {
  /** The text was understood all the same: its value is not damaged. */
  readonly recovered?: boolean;
  readonly label?: string;
  readonly help?: readonly string[];
  readonly notes?: readonly Note[];
  readonly fixes?: readonly Fix[];
}

/** As many errors as anybody reads; what a broken file has beyond is not kept. */
const MOST = 500;

export class Problems {
  readonly file: SourceFile;
  readonly diagnostics: Diagnostic[] = [];
  readonly #starts = new Set<number>();
  readonly #codes = new Set<Code>();
  /** 1 at each offset of the text (and at its end) where something is wrong. */
  readonly #damage: Uint8Array;

  constructor(file: SourceFile) {
    this.file = file;
    this.#damage = new Uint8Array(file.text.length + 1);
  }

  span(start: number, end: number): Span {
    return { file: this.file, start, end: Math.max(start, end) };
  }

  /** Reports an error in `start..end`; a second one at the same place is not reported. */
  error(code: Code, message: string, start: number, end: number, details: Details = {}): void {
    if (!details.recovered) this.damage(start);
    if (this.#starts.has(start) || this.#starts.size >= MOST) return;
    this.#starts.add(start);
    this.#codes.add(code);
    const { label, help = [], notes = [], fixes = [] } = details;
    const common = { code, severity: 'error', message, span: this.span(start, end), notes, help, fixes } as const;
    this.diagnostics.push(label === undefined ? common : { ...common, label });
  }

  has(code: Code): boolean {
    return this.#codes.has(code);
  }

  /** Marks a place as not to be trusted, without a message. */
  damage(offset: number): void {
    this.#damage[offset] = 1;
  }

  /** Whether something is wrong in `start..end`, both included. */
  damaged(start: number, end: number): boolean {
    return this.#damage.subarray(start, end + 1).includes(1);
  }

  /** An edit that an editor can apply: `text` in the place of `start..end`. */
  fix(title: string, start: number, end: number, text: string): Fix {
    return { title, edits: [{ span: this.span(start, end), text }] };
  }
}
