/** Diagnostics as plain data for other programs (`--json`): lines and columns from 1, an end is the place after the last character. */
import type { Diagnostic, Span } from './diagnostic.ts';
import { type Position, position } from './position.ts';

interface Place {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

export interface DiagnosticJson extends Place {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  /** The few words under the primary place. */
  readonly label?: string;
  readonly notes: readonly (Place & { readonly message: string })[];
  /** The steps that led to the guilty sizes, chain after chain, each from its start. */
  readonly provenance: readonly (Place & {
    readonly what: string;
    readonly size: string;
    readonly arithmetic?: string;
    readonly chain: number;
  })[];
  readonly help: readonly string[];
  readonly fixes: readonly { readonly title: string; readonly edits: readonly (Place & { readonly text: string })[] }[];
}

export const toJson = (diagnostics: readonly Diagnostic[]): DiagnosticJson[] =>
  diagnostics.map(({ code, severity, message, span, label, notes, provenance, help, fixes }) => ({
    code,
    severity,
    message,
    ...place(span),
    ...(label === undefined ? {} : { label }),
    notes: notes.map((note) => ({ message: note.message, ...place(note.span) })),
    provenance: (provenance ?? []).flatMap(({ steps }, chain) =>
      steps.map(({ span: at, what, size, arithmetic }) => ({
        ...place(at),
        what,
        size,
        ...(arithmetic === undefined ? {} : { arithmetic }),
        chain,
      })),
    ),
    help,
    fixes: fixes.map(({ title, edits }) => ({
      title,
      edits: edits.map((edit) => ({ ...place(edit.span), text: edit.text })),
    })),
  }));

const place = ({ file, start, end }: Span): Place => ({
  file: file.path,
  start: position(file, start),
  end: position(file, end),
});
