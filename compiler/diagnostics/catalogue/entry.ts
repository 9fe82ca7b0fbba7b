/** What the catalogue says of one code. */
import type { Severity } from '../diagnostic.ts';

export interface Entry {
  /** A few words, as a heading. */
  readonly title: string;
  readonly severity: Severity;
  /** Why it is an error and what to do: one or two paragraphs in Markdown for `netc explain`. */
  readonly explanation: string;
  /** A complete small program that gives this code, and no other error. */
  readonly failing: string;
  /** Other files that the programs import, by path; the programs themselves are `./main.net`. */
  readonly files?: Readonly<Record<string, string>>;
  /** The same program, mended: it gives no diagnostic at all. */
  readonly fixed: string;
}
