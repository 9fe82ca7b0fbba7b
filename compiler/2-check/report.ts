/** Collects diagnostics: each root cause once, however often its code is elaborated. */
import type { Code } from '../diagnostics/catalogue.ts';
import type { Diagnostic, Fix, Note, ProvenanceChain, Span } from '../diagnostics/diagnostic.ts';

/** A diagnostic as the checker's parts state it; what is left out is empty. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly span: Span;
  /** What several diagnostics have in common that are one mistake; only the first of them is kept. */
  readonly cause?: string;
  readonly label?: string;
  readonly notes?: readonly Note[];
  readonly provenance?: readonly ProvenanceChain[];
  readonly help?: readonly string[];
  readonly fixes?: readonly Fix[];
}

/** As many as anybody reads; what a broken program has beyond is not kept. */
const MOST = 500;
/** Characters; a shape of a hundred axes, or a value that a loop made, is not shown in full. */
const LONGEST = 600;

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

export class Reporter {
  readonly #seen = new Set<string>();
  readonly #diagnostics: Diagnostic[] = [];
  #errors = 0;

  /** Records the problem unless the same code was reported for the same place before. */
  report(problem: Problem): void {
    const { cause, ...stated } = problem;
    const { span } = stated;
    const key = cause ?? `${problem.code} ${span.start} ${span.end} ${span.file.path}`;
    if (this.#seen.has(key) || this.#diagnostics.length >= MOST) return;
    this.#seen.add(key);
    const severity = problem.code.startsWith('W') ? 'warning' : 'error';
    if (severity === 'error') this.#errors++;
    this.#diagnostics.push({
      ...stated,
      severity,
      message: shorten(stated.message),
      label: stated.label === undefined ? undefined : shorten(stated.label),
      notes: (stated.notes ?? []).map((note) => ({ ...note, message: shorten(note.message) })),
      help: (stated.help ?? []).map(shorten),
      fixes: stated.fixes ?? [],
    });
  }

  /** Whether an error (not a mere warning) was reported. */
  get failed(): boolean {
    return this.errors > 0;
  }

  /** How many errors there are. */
  get errors(): number {
    return this.#errors;
  }

  /** In the order in which they were found. Beside errors no warnings: they are often consequences. */
  get diagnostics(): readonly Diagnostic[] {
    return this.failed ? this.#diagnostics.filter((d) => d.severity === 'error') : this.#diagnostics;
  }
}
