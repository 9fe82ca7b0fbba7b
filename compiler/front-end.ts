/** Parsing and checking of a file with its imports: all that `netc check` and an editor need. Reads nothing itself. */
import type { SourceModule } from './1-parse/ast.ts';
import { parse } from './1-parse/index.ts';
import { check } from './2-check/index.ts';
import type { TypedProgram } from './2-check/typed.ts';
import type { CompilerHost } from './compilation.ts';
import type { Diagnostic, SourceFile } from './diagnostics/diagnostic.ts';
import { arrange } from './diagnostics/order.ts';
import { verifyFixes } from './verify-fixes.ts';

type Parsed = ReturnType<typeof parse>;

/** Files parsed in one run, each once, with what was wrong in them. */
export class SourceSet {
  private readonly parsed = new Map<string, Parsed>();
  private readonly known: ReadonlyMap<SourceFile, Parsed>;

  /** `others`: files that were parsed before, to be taken over where the very same are asked for. */
  constructor(others?: SourceSet) {
    this.known = new Map(others && [...others.parsed.values()].map((one) => [one.module.file, one]));
  }

  get diagnostics(): readonly Diagnostic[] {
    return [...this.parsed.values()].flatMap(({ diagnostics }) => diagnostics);
  }

  module(file: SourceFile): SourceModule {
    const before = this.parsed.get(file.path);
    if (before) return before.module;
    const parsed = this.known.get(file) ?? parse(file);
    this.parsed.set(file.path, parsed);
    return parsed.module;
  }

  /** The file of a path that was asked for. */
  file(path: string): SourceFile | undefined {
    return this.parsed.get(path)?.module.file;
  }
}

export interface Analysis {
  readonly module: SourceModule;
  readonly program: TypedProgram;
  /** In the order of the source, each once; silenced warnings left out. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Never throws on a wrong program. Fixes are tried before they are offered. */
export function analyze(entry: SourceFile, host: CompilerHost): Analysis {
  const sources = new SourceSet();
  const library = host.library();
  const inspect = (set: SourceSet, current: (file: SourceFile) => SourceFile): Analysis => {
    const module = set.module(current(entry));
    const { program, diagnostics } = check(module, {
      import: (path, from) => {
        const file = host.readImport(path, from);
        return file && set.module(current(file));
      },
      library: library.map((file) => set.module(file)),
    });
    return { module, program, diagnostics: arrange([...set.diagnostics, ...diagnostics]) };
  };
  const analysis = inspect(sources, (file) => file);
  const diagnostics = verifyFixes(analysis.diagnostics, (changed) => {
    const current = (file: SourceFile): SourceFile => changed.get(file.path) ?? sources.file(file.path) ?? file;
    return inspect(new SourceSet(sources), current).diagnostics;
  });
  return { ...analysis, diagnostics };
}
