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

/** One step on the way to a size: the size after it, and how it was computed. */
export interface ProvenanceStep {
  readonly span: Span;
  /** Who made it, in the user's words: `image`, `conv1`, `flatten`. */
  readonly what: string;
  readonly size: string;
  /** `28 - 2`; absent where nothing is computed. */
  readonly arithmetic?: string;
  /** Rows or columns of the size before that no window reads. */
  readonly unread?: number;
}

/** The steps to one size, the first one first. */
export interface ProvenanceChain {
  /** How many axes have these steps in common: 2 for a square image. */
  readonly axes: number;
  readonly steps: readonly ProvenanceStep[];
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
  /** Where the guilty sizes come from, layer by layer; printed as `= why: …` where it says more than the notes. */
  readonly provenance?: readonly ProvenanceChain[];
  /** Lines printed as `= help: …`. */
  readonly help: readonly string[];
  readonly fixes: readonly Fix[];
}
