/** Parsing and checking of a file with its imports: all that `netc check` and an editor need. Reads nothing itself. */
import type { SourceModule } from './1-parse/ast.ts';
import { parse } from './1-parse/index.ts';
import { check } from './2-check/index.ts';
import type { TypedProgram } from './2-check/typed.ts';
import type { CompilerHost } from './compilation.ts';
import type { Diagnostic, SourceFile } from './diagnostics/diagnostic.ts';
import { arrange } from './diagnostics/order.ts';

/**
 * What parsing gave for a source, as long as the source is in use. A source never changes: an edited file is another source. So a
 * host that hands out the same objects again, as an editor does for the library and for files that nobody touched, has them
 * parsed once.
 */
const parsedSources = new WeakMap<SourceFile, ReturnType<typeof parse>>();

function parsed(file: SourceFile): ReturnType<typeof parse> {
  const known = parsedSources.get(file) ?? parse(file);
  parsedSources.set(file, known);
  return known;
}

/** Files parsed in one run, each once, with what was wrong in them. */
export class SourceSet {
  private readonly modules = new Map<string, SourceModule>();
  private readonly found: Diagnostic[] = [];

  get diagnostics(): readonly Diagnostic[] {
    return this.found;
  }

  module(file: SourceFile): SourceModule {
    const known = this.modules.get(file.path);
    if (known) return known;
    const { module, diagnostics } = parsed(file);
    this.found.push(...diagnostics);
    this.modules.set(file.path, module);
    return module;
  }
}

export interface Analysis {
  readonly module: SourceModule;
  readonly program: TypedProgram;
  /** In the order of the source, each once; silenced warnings left out. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Never throws on a wrong program. */
export function analyze(entry: SourceFile, host: CompilerHost): Analysis {
  const sources = new SourceSet();
  const module = sources.module(entry);
  const library = host.library().map((file) => sources.module(file));
  const { program, diagnostics } = check(module, {
    import: (path, from) => {
      const file = host.readImport(path, from);
      return file && sources.module(file);
    },
    library,
  });
  return { module, program, diagnostics: arrange([...sources.diagnostics, ...diagnostics]) };
}
