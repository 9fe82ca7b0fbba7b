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
  /** The same program, mended: it gives no diagnostic at all. */
  readonly fixed: string;
}
