/**
 * A diagnostic as text for people: the message, the source with the places marked, and help, in the form of the language
 * reference. Does not read files: a span carries its text.
 */
import type { Diagnostic, SourceFile, Span } from './diagnostic.ts';
import { position } from './position.ts';
import { type Mark, marksOf } from './render/marks.ts';
import { type Paint, paint } from './render/paint.ts';
import { gutter, snippet } from './render/snippet.ts';
import { why } from './render/why.ts';

export interface RenderOptions {
  /** ANSI colours. */
  readonly color: boolean;
}

/** Lines without a newline at the end. */
export function render(diagnostic: Diagnostic, { color }: RenderOptions): string {
  const { severity, code, message, span, notes } = diagnostic;
  const ink = paint(color, severity);
  const parts: readonly { span: Span; label: string; primary: boolean }[] = [
    { span, label: diagnostic.label ?? '', primary: true },
    ...notes.map((note) => ({ span: note.span, label: note.message, primary: false })),
  ];
  // The primary place's file comes first, then the others in the order of the notes.
  const files = new Map<SourceFile, Mark[]>();
  for (const { span: place, label, primary } of parts) {
    const file = [...files.keys()].find((known) => known.path === place.file.path) ?? place.file;
    files.set(file, [...(files.get(file) ?? []), ...marksOf(place, label, primary)]);
  }
  const lines = [...files.values()].flat().map((mark) => mark.line);
  const width = String(Math.max(...lines)).length;
  const out = [`${ink.severity(`${severity}[${code}]`)}${ink.strong(`: ${message}`)}`];
  for (const [file, marks] of files) {
    const first = file.path === span.file.path ? span : parts.find((part) => part.span.file.path === file.path)?.span;
    const { line, column } = position(file, first?.start ?? 0);
    const arrow = file.path === span.file.path ? '-->' : ':::';
    out.push(`${' '.repeat(width)}${ink.gutter(arrow)} ${file.path}:${line}:${column}`);
    out.push(gutter(ink, width), ...snippet(file, marks, width, ink));
  }
  out.push(...advice(diagnostic, width, ink));
  return out.join('\n');
}

/** Where the sizes come from; then the help, or, where there is none, what the fix would do. */
function advice({ help, fixes, provenance, label }: Diagnostic, width: number, ink: Paint): string[] {
  // "did you mean relu?" says it already.
  const offered = label?.startsWith('did you mean') ? [] : fixes;
  const titles = offered.map(({ title }) => `${title[0]?.toLowerCase() ?? ''}${title.slice(1)}`);
  const indent = ' '.repeat(width + 1);
  const line = (word: string, text: readonly string[]): string =>
    `${indent}${ink.gutter('=')} ${ink.strong(`${word}:`)} ${text.join(`\n${indent}${' '.repeat(word.length + 4)}`)}`;
  const reasons = why(provenance ?? []);
  return [
    ...(reasons.length > 0 ? [line('why', reasons)] : []),
    ...(help.length > 0 ? help : titles).map((text) => line('help', text.split('\n'))),
  ];
}
