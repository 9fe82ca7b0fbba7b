/** Runs the whole pipeline over one file. Writes and prints nothing. */
import type { EmitUnit } from '../7-emit/index.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { compile } from '../index.ts';
import { fileHost, readSource } from './host.ts';

export interface CompiledFile {
  /** The file's path as messages and headers show it. */
  readonly source: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Empty where there are errors. */
  readonly units: readonly EmitUnit[];
  /** What `--print-after` asked for. */
  readonly printed?: string;
}

/** Throws `UserError` when the file cannot be read, or there is no pass called `printAfter`. */
export async function compileFile(path: string, printAfter?: string): Promise<CompiledFile> {
  const entry = readSource(path);
  const { diagnostics, units, printed } = compile(entry, fileHost, { printAfter });
  return { source: entry.path, diagnostics, units, printed };
}
