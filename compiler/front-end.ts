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

/**
 * What parsing gave for a source, as long as the source is in use. A source never changes: an edited file is another
 * source. So a host that hands out the same objects again, as an editor does for the library and for files that nobody
 * touched, has them parsed once.
 */
const parsedSources = new WeakMap<SourceFile, Parsed>();

function parsed(file: SourceFile): Parsed {
  const known = parsedSources.get(file) ?? parse(file);
  parsedSources.set(file, known);
  return known;
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

  /** The file of a path that was asked for. */
  file(path: string): SourceFile | undefined {
    return this.files.get(path);
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
    return inspect(new SourceSet(), current).diagnostics;
  });
  return { ...analysis, diagnostics };
}
