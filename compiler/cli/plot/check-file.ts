/** The front end over one file, for plots: they compile no model. */
import type { Compilation } from '../../compilation.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { analyze } from '../../front-end.ts';
import { fileHost, readSource } from '../host.ts';

/** `state` is undefined where there are errors. Throws `UserError` when the file cannot be read. */
export function checkFile(path: string): {
  readonly diagnostics: readonly Diagnostic[];
  readonly state: Compilation | undefined;
} {
  const entry = readSource(path);
  const { module, program, diagnostics } = analyze(entry, fileHost);
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics, state: undefined };
  return {
    diagnostics,
    state: { entry, host: fileHost, module, program, diagnostics, units: [], choiceOf: undefined },
  };
}
