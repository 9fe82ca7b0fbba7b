/** What a check told about one program: which names mean what, what can be seen where, what each expression turned out to be. */
import type { Expression } from '../1-parse/ast.ts';
import type { Definition, Observer } from '../2-check/observer.ts';
import type { Scope } from '../2-check/scope.ts';
import type { Site, Unit } from '../2-check/site.ts';
import type { TensorValue, Value } from '../2-check/values.ts';
import type { SourceFile, Span } from '../diagnostics/diagnostic.ts';
import { touches } from './places.ts';

/** A name where it stands. */
export interface Use {
  readonly span: Span;
  readonly definitions: readonly Definition[];
}

/** What an expression is in one use of the body that it stands in. */
export interface Outcome {
  readonly value: Value;
  /** The model that it is part of. */
  readonly unit: Unit;
  /** The prefix of the body's parameters: `layer1.0`. */
  readonly path: string;
}

/** Beyond this many uses of one body, nobody reads the difference. */
const MOST = 64;

export class Knowledge implements Observer {
  readonly library: boolean;
  readonly #uses = new Map<SourceFile, Map<number, Use>>();
  readonly #scopes: { readonly extent: Span; readonly names: Scope<Definition> }[] = [];
  readonly #outcomes = new Map<Expression, Outcome[]>();

  constructor(library: boolean) {
    this.library = library;
  }

  name(span: Span, definitions: readonly Definition[]): void {
    const known = this.#uses.get(span.file) ?? new Map<number, Use>();
    this.#uses.set(span.file, known);
    if (span.end > span.start && !known.has(span.start)) known.set(span.start, { span, definitions });
  }

  scope(extent: Span, names: Scope<Definition>): void {
    this.#scopes.push({ extent, names });
  }

  value(expression: Expression, value: Value, { unit, frame }: Site): void {
    if (value.kind === 'poison') return;
    const known = this.#outcomes.get(expression);
    if (!known) this.#outcomes.set(expression, [{ value, unit, path: frame.path }]);
    else if (known.length < MOST) known.push({ value, unit, path: frame.path });
  }

  /** Every name of a file that means something. */
  uses(file: SourceFile): readonly Use[] {
    return [...(this.#uses.get(file)?.values() ?? [])];
  }

  /** Every name of any of the program's files. */
  get all(): readonly Use[] {
    return [...this.#uses.values()].flatMap((uses) => [...uses.values()]);
  }

  useAt(file: SourceFile, offset: number): Use | undefined {
    const touched = this.uses(file).filter(({ span }) => touches(span, offset));
    return touched.find(({ span }) => offset < span.end) ?? touched[0];
  }

  /** What can be named at a place, the nearest first, beside what is at the top of files. */
  visibleAt(file: SourceFile, offset: number): readonly Definition[] {
    const around = this.#scopes.filter(({ extent }) => extent.file === file && touches(extent, offset));
    const inner = around.reduce<(typeof around)[number] | undefined>(
      (best, each) =>
        !best || each.extent.end - each.extent.start <= best.extent.end - best.extent.start ? each : best,
      undefined,
    );
    const seen = new Map<string, Definition>();
    for (const name of inner?.names.names() ?? []) {
      const meant = inner?.names.lookup(name);
      const before = meant && (meant.span.file !== file || meant.span.end <= offset || meant.kind !== 'let');
      if (meant && before) seen.set(name, meant);
    }
    return [...seen.values()];
  }

  outcomes(expression: Expression): readonly Outcome[] {
    return this.#outcomes.get(expression) ?? [];
  }

  /** Those that are tensors. */
  tensors(expression: Expression): readonly TensorValue[] {
    return this.outcomes(expression).flatMap(({ value }) => (value.kind === 'tensor' ? [value] : []));
  }
}

export const sameDefinition = (a: Definition, b: Definition): boolean =>
  a.span.start === b.span.start && a.span.file.path === b.span.file.path && a.name === b.name;
