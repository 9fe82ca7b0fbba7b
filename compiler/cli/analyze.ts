/**
 * The front end for the command line: reads a file and what it imports, parses and checks. Nothing is compiled, and no
 * message is printed here.
 */
import type { SourceModule } from '../1-parse/ast.ts';
import { parse } from '../1-parse/index.ts';
import { check, type ModuleHost } from '../2-check/index.ts';
import type { TypedProgram } from '../2-check/typed.ts';
import type { Diagnostic, SourceFile } from '../diagnostics/diagnostic.ts';
import { readImport, readLibrary, readSource } from './host.ts';

export interface Analysis {
  readonly program: TypedProgram;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks one file. Throws `UserError` when it cannot be read. Diagnostics come in the order of the source. */
export async function analyze(path: string): Promise<Analysis> {
  const entry = readSource(path);
  const found: Diagnostic[] = [];
  const modules = new Map<string, SourceModule>();
  const load = (file: SourceFile): SourceModule => {
    const known = modules.get(file.path);
    if (known) return known;
    const { module, diagnostics } = parse(file);
    found.push(...diagnostics);
    modules.set(file.path, module);
    return module;
  };
  const host: ModuleHost = {
    import(written, from) {
      const file = readImport(written, from);
      return file && load(file);
    },
    library: readLibrary().map(load),
  };
  const { program, diagnostics } = check(load(entry), host);
  return { program, diagnostics: [...found, ...diagnostics] };
}
