/** From a source file to a program that can run: out of the cache, or compiled now. */
import { startEmitter } from './emitter.ts';
import { findProgram, type GeneratedProgram, storeProgram } from './generated-program.ts';
import { countLine, showDiagnostics } from './show-diagnostics.ts';
import { sourceFolders } from './source-folders.ts';
import { print } from './terminal.ts';
import type { Tuned } from './tuning/tuned.ts';

/** Undefined when the file has errors; they have been printed. Throws `UserError` when it cannot be read. */
export async function openProgram(source: string, tuned?: Tuned): Promise<GeneratedProgram | undefined> {
  const found = findProgram(source, tuned?.fingerprint);
  if (found) return found;
  const emitter = startEmitter();
  try {
    const { compileFile } = await import('./compile-file.ts');
    const result = compileFile(source, undefined, tuned?.choiceOf);
    await showDiagnostics(result.diagnostics);
    if (result.diagnostics.some((diagnostic) => diagnostic.severity === 'error')) {
      await print(process.stderr, countLine(result.diagnostics));
      return undefined;
    }
    const scripts = await emitter.emit('scripts', result.units, {
      source: result.source,
      output: 'generated',
      sourceFolders: sourceFolders(result.units),
    });
    const untuned = tuned !== undefined && (await tuned.report(source)) === 0;
    // A program with warnings is compiled each time, so that they are seen each time.
    return storeProgram(source, scripts, result.diagnostics.length === 0 && !untuned, tuned?.fingerprint);
  } finally {
    await emitter.stop();
  }
}
