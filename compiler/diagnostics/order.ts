/** The list that a user sees: in the source's order, each thing once, without the silenced warnings; what is left may refuse. */
import { catalogue } from './catalogue.ts';
import { withoutConsequences } from './consequences.ts';
import type { Diagnostic } from './diagnostic.ts';
import { isSilenced } from './silence.ts';

/**
 * Files stay in the order in which they first occur; in a file, diagnostics are ordered by their place.
 * What follows from a syntax error is left out, and so are warnings about a file that has one.
 */
export function arrange(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const ranks = new Map<string, number>();
  for (const { span } of diagnostics) if (!ranks.has(span.file.path)) ranks.set(span.file.path, ranks.size);
  const rank = ({ span }: Diagnostic): number => ranks.get(span.file.path) ?? 0;
  // Of a file that could not be read in full it is not known what is unused or out of reach.
  const unread = new Set(diagnostics.filter(({ code }) => code.startsWith('E01')).map(({ span }) => span.file.path));
  const seen = new Set<string>();
  const sorted = [...diagnostics].sort(
    (a, b) => rank(a) - rank(b) || a.span.start - b.span.start || a.span.end - b.span.end,
  );
  const told = withoutConsequences(sorted).filter((diagnostic) => {
    const { code, message, span } = diagnostic;
    const key = JSON.stringify([code, message, span.file.path, span.start, span.end]);
    const doubtful = diagnostic.severity === 'warning' && unread.has(span.file.path);
    if (seen.has(key) || doubtful || isSilenced(diagnostic)) return false;
    seen.add(key);
    return true;
  });
  return told.map((diagnostic) => ({ ...diagnostic, severity: catalogue[diagnostic.code].severity }));
}
