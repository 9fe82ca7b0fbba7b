/**
 * Errors and warnings as data. Every stage returns these; only `render.ts` and the command line turn them into text.
 * A diagnostic never carries a stack trace or the name of an internal node.
 */
import type { Code } from './catalogue.ts';

/** A file's text under the path that messages show. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A half-open range of UTF-16 offsets, `start <= end`, in one file. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

export type Severity = 'error' | 'warning';

/** A second place that helps to understand the first ("f32[N, 1152] comes from here: 128 * 3 * 3"). */
export interface Note {
  readonly span: Span;
  readonly message: string;
}

/** Text edits that remove the problem; re-checked before it is offered. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  /** One sentence: what is wrong, with the numbers. */
  readonly message: string;
  /** The primary place. */
  readonly span: Span;
  /** The few words under the primary place's carets ("expected 1152"). */
  readonly label?: string;
  readonly notes: readonly Note[];
  /** Lines printed as `= help: …`. */
  readonly help: readonly string[];
  readonly fixes: readonly Fix[];
}
