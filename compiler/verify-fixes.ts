/**
 * A fix is offered only where it helps: its edits are made, everything is checked again, and it stays only if its
 * diagnostic is gone and nothing new is wrong. Works on texts; nothing is read or written.
 */
import type { Diagnostic, Fix, SourceFile } from './diagnostics/diagnostic.ts';

/** Checking once more costs as much as the first time; what is beyond this many fixes is not offered. */
const most = 24;

/** Checks the program again with the texts of some files, by path, replaced. */
export type Recheck = (changed: ReadonlyMap<string, SourceFile>) => readonly Diagnostic[];

/** `wanted` with those fixes that help; `all` are the program's diagnostics as it is. */
export function verifyFixes(
  wanted: readonly Diagnostic[],
  all: readonly Diagnostic[],
  recheck: Recheck,
): readonly Diagnostic[] {
  let tried = 0;
  return wanted.map((diagnostic) => {
    if (diagnostic.fixes.length === 0) return diagnostic;
    const fixes = diagnostic.fixes.filter((fix) => tried++ < most && helps(diagnostic, all, recheck(changedBy(fix))));
    return { ...diagnostic, fixes };
  });
}

/** The files that a fix changes, with their new texts. */
export function changedBy({ edits }: Fix): ReadonlyMap<string, SourceFile> {
  const changed = new Map<string, SourceFile>();
  // From the last edit to the first, so that the places of those to come stay right.
  for (const { span, text } of [...edits].sort((a, b) => b.span.start - a.span.start)) {
    const { path } = span.file;
    const before = changed.get(path)?.text ?? span.file.text;
    changed.set(path, { path, text: before.slice(0, span.start) + text + before.slice(span.end) });
  }
  return changed;
}

const keyOf = ({ code, message, span }: Diagnostic): string => `${code} ${span.file.path} ${message}`;

function helps(fixed: Diagnostic, before: readonly Diagnostic[], after: readonly Diagnostic[]): boolean {
  const left = new Map<string, number>();
  for (const diagnostic of before) left.set(keyOf(diagnostic), (left.get(keyOf(diagnostic)) ?? 0) + 1);
  left.set(keyOf(fixed), (left.get(keyOf(fixed)) ?? 1) - 1);
  // What could not be read was not checked either: a fix of the syntax may bring other mistakes to light.
  const syntax = fixed.code.startsWith('E01');
  return after.every((diagnostic) => {
    const key = keyOf(diagnostic);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    if (count > 0) return true;
    if (diagnostic.severity === 'warning') return key !== keyOf(fixed);
    return syntax && !diagnostic.code.startsWith('E01');
  });
}
