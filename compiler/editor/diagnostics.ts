/**
 * Errors and warnings as the protocol has them: with the places where the guilty sizes come from. One file's errors may be
 * found through several programs (its own, and those that import it); each is shown once.
 */
import {
  type Connection,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic as LspDiagnostic,
} from 'vscode-languageserver';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import { why } from '../diagnostics/render/why.ts';
import { toRange } from './places.ts';
import { WeightsReader } from './weights.ts';
import type { Checked, Workspace } from './workspace.ts';

/** Unused names are shown faded. */
const UNUSED = 'W0103';
const MOST_PLACES = 24;

/** What was found in the program of each open file, and where it was shown. */
export class DiagnosticsBoard {
  readonly #connection: Connection;
  readonly #workspace: Workspace;
  /** The open file's path -> the analysis that was published for it. */
  readonly #published = new Map<string, Checked>();
  readonly #shown = new Set<string>();
  readonly #weights = new WeightsReader();
  /** The open file's path -> what of its weights does not fit: told later than the rest. */
  readonly #misfits = new Map<string, readonly LspDiagnostic[]>();

  constructor(connection: Connection, workspace: Workspace) {
    this.#connection = connection;
    this.#workspace = workspace;
  }

  /** Checks what is not as it was, and publishes what that changes. */
  update(): void {
    const { files } = this.#workspace;
    const open = new Set(files.open);
    const touched = new Set<string>();
    const forget = (path: string): void => {
      for (const file of this.#published.get(path)?.files ?? []) touched.add(file.path);
      this.#published.delete(path);
      this.#misfits.delete(path);
    };
    for (const path of this.#published.keys()) if (!open.has(path)) forget(path);
    for (const path of open) {
      const before = this.#published.get(path);
      const checked = this.#workspace.check(path);
      if (!checked || checked === before) continue;
      forget(path);
      this.#published.set(path, checked);
      for (const file of checked.files) touched.add(file.path);
    }
    for (const path of touched) this.#publish(path);
    for (const path of touched) void this.#lookAtWeights(path);
  }

  async #lookAtWeights(path: string): Promise<void> {
    const checked = this.#published.get(path);
    if (!checked?.program.trainings.some(({ weights }) => weights)) return;
    try {
      const misfits = await this.#weights.misfits(checked);
      // Meanwhile the file may have changed.
      if (this.#published.get(path) !== checked || misfits.length === 0) return;
      this.#misfits.set(path, misfits);
      this.#publish(path);
    } catch (error) {
      this.#connection.console.error(`netc could not read the weights of ${path}: ${error}`);
    }
  }

  #publish(path: string): void {
    const { files } = this.#workspace;
    const found = new Map<string, LspDiagnostic>();
    for (const checked of this.#published.values()) {
      for (const diagnostic of checked.diagnostics) {
        const { code, message, span } = diagnostic;
        if (span.file.path !== path) continue;
        const key = `${code} ${span.start} ${span.end} ${message}`;
        if (!found.has(key))
          found.set(
            key,
            toLsp(diagnostic, (at) => files.uri(at.file.path)),
          );
      }
    }
    for (const diagnostic of this.#misfits.get(path) ?? []) found.set(`weights ${found.size}`, diagnostic);
    // A file without errors that never had any need not be told.
    if (found.size === 0 && !this.#shown.has(path) && !files.open.includes(path)) return;
    if (found.size > 0) this.#shown.add(path);
    else this.#shown.delete(path);
    void this.#connection.sendDiagnostics({ uri: files.uri(path), diagnostics: [...found.values()] });
  }
}

export function toLsp(diagnostic: Diagnostic, uriOf: (span: Span) => string): LspDiagnostic {
  const { code, severity, message, span } = diagnostic;
  return {
    range: toRange(span),
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: 'netc',
    message: [message, ...explanation(diagnostic)].join('\n'),
    relatedInformation: relatedPlaces(diagnostic).map(([place, text]): DiagnosticRelatedInformation => {
      return { location: { uri: uriOf(place), range: toRange(place) }, message: text };
    }),
    ...(code === UNUSED ? { tags: [DiagnosticTag.Unnecessary] } : {}),
  };
}

function explanation({ provenance = [], help }: Diagnostic): readonly string[] {
  const reasons = why(provenance);
  return [...(reasons.length > 0 ? [`why: ${reasons.join(' ')}`] : []), ...help.map((line) => `help: ${line}`)];
}

/** The notes, then each step to a guilty size, each place once. */
function relatedPlaces({ notes, provenance = [] }: Diagnostic): readonly (readonly [Span, string])[] {
  const steps = provenance.flatMap((chain) =>
    chain.steps.map(({ span, what, size, arithmetic }) => {
      const place: readonly [Span, string] = [
        span,
        `${what}: ${size}${arithmetic === undefined ? '' : ` = ${arithmetic}`}`,
      ];
      return place;
    }),
  );
  const places = [...notes.map(({ span, message }) => [span, message] as const), ...steps];
  const seen = new Set<string>();
  return places
    .filter(([{ file, start, end }, text]) => {
      const key = `${file.path} ${start} ${end} ${text}`;
      const first = !seen.has(key);
      seen.add(key);
      return first;
    })
    .slice(0, MOST_PLACES);
}
