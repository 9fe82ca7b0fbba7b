/** Parsing and checking of a file with its imports: all that `netc check` and an editor need. Reads nothing itself. */
import type { SourceModule } from './1-parse/ast.ts';
import { parse } from './1-parse/index.ts';
import type { CheckOptions } from './2-check/elaborator.ts';
import { check } from './2-check/index.ts';
import type { ModuleScope } from './2-check/modules.ts';
import type { TypedProgram } from './2-check/typed.ts';
import type { CompilerHost } from './compilation.ts';
import type { Diagnostic, SourceFile } from './diagnostics/diagnostic.ts';
import { arrange } from './diagnostics/order.ts';
import { verifyFixes } from './verify-fixes.ts';

type Parsed = ReturnType<typeof parse>;

/**
 * What parsing gave for a source, as long as the source is in use. A source never changes: an edited file is another
 * source. So a host that hands out the same objects again, as an editor does for the library and for files that nobody
 * touched, has them parsed once.
 */
const parsedSources = new WeakMap<SourceFile, Parsed>();

/** The file's tree and its syntax errors. */
export function parsed(file: SourceFile): Parsed {
  const known = parsedSources.get(file) ?? parse(file);
  parsedSources.set(file, known);
  return known;
}

/** Says what parsing a source gives, where that is known: nothing is wrong in it. */
export function parsedBefore(file: SourceFile, module: SourceModule): void {
  parsedSources.set(file, { module, diagnostics: [] });
}

/** Files parsed in one run, with what was wrong in them. */
class SourceSet {
  private readonly files = new Map<string, SourceFile>();

  get diagnostics(): readonly Diagnostic[] {
    return [...this.files.values()].flatMap((file) => parsed(file).diagnostics);
  }

  module(file: SourceFile): SourceModule {
    const known = this.files.get(file.path) ?? file;
    this.files.set(file.path, known);
    return parsed(known).module;
  }

  get read(): readonly SourceFile[] {
    return [...this.files.values()];
  }

  /** The file of a path that was asked for. */
  file(path: string): SourceFile | undefined {
    return this.files.get(path);
  }
}

export interface Analysis {
  readonly module: SourceModule;
  /** The names that the file can use. */
  readonly scope: ModuleScope;
  readonly program: TypedProgram;
  /** In the order of the source, each once; silenced warnings left out. */
  readonly diagnostics: readonly Diagnostic[];
}

/** An analysis whose fixes are not tried yet: each trial checks the program once more, which an editor puts off. */
export interface Inspection extends Analysis {
  /** Every file that was read, the entry first; without the library. */
  readonly files: readonly SourceFile[];
  /** Some of the diagnostics, with those of their fixes that help. */
  tryFixes(diagnostics: readonly Diagnostic[]): readonly Diagnostic[];
}

/** Never throws on a wrong program. Fixes are tried before they are offered. */
export function analyze(entry: SourceFile, host: CompilerHost): Analysis {
  const { module, scope, program, diagnostics, tryFixes } = inspect(entry, host);
  return { module, scope, program, diagnostics: tryFixes(diagnostics) };
}

/** The same without trying fixes, for whoever asks again soon. The observer is told what names and expressions are. */
export function inspect(entry: SourceFile, host: CompilerHost, options: CheckOptions = {}): Inspection {
  const sources = new SourceSet();
  const library = host.library();
  const once = (set: SourceSet, current: (file: SourceFile) => SourceFile, checking: CheckOptions): Analysis => {
    const module = set.module(current(entry));
    const moduleHost = {
      import: (path: string, from: SourceFile) => {
        const file = host.readImport(path, from);
        return file && set.module(current(file));
      },
      library: library.map((file) => set.module(file)),
    };
    const { program, diagnostics, scope } = check(module, moduleHost, checking);
    return { module, scope, program, diagnostics: arrange([...set.diagnostics, ...diagnostics]) };
  };
  const analysis = once(sources, (file) => file, options);
  const tryFixes = (wanted: readonly Diagnostic[]): readonly Diagnostic[] =>
    verifyFixes(wanted, analysis.diagnostics, (changed) => {
      const current = (file: SourceFile): SourceFile => changed.get(file.path) ?? sources.file(file.path) ?? file;
      return once(new SourceSet(), current, { memo: options.memo }).diagnostics;
    });
  return { ...analysis, files: sources.read.filter((file) => !library.includes(file)), tryFixes };
}
