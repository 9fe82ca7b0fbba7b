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

export class Reporter {
  readonly #seen = new Set<string>();
  readonly #diagnostics: Diagnostic[] = [];

  /** Records the problem unless the same code was reported for the same place before. */
  report(problem: Problem): void {
    const { cause, ...stated } = problem;
    const { span } = stated;
    const key = cause ?? `${problem.code} ${span.start} ${span.end} ${span.file.path}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#diagnostics.push({
      ...stated,
      severity: problem.code.startsWith('W') ? 'warning' : 'error',
      notes: stated.notes ?? [],
      help: stated.help ?? [],
      fixes: stated.fixes ?? [],
    });
  }

  /** Whether an error (not a mere warning) was reported. */
  get failed(): boolean {
    return this.errors > 0;
  }

  /** How many errors there are. */
  get errors(): number {
    return this.#diagnostics.filter((d) => d.severity === 'error').length;
  }

  /** In the order in which they were found. Beside errors no warnings: they are often consequences. */
  get diagnostics(): readonly Diagnostic[] {
    return this.failed ? this.#diagnostics.filter((d) => d.severity === 'error') : this.#diagnostics;
  }
}
