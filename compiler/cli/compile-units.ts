/** Runs the whole pipeline over one file and keeps what every pass made: for commands that explain a program. */
import type { ChoiceOf } from '../7-emit/choices.ts';
import type { CompilationUnit } from '../compilation.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { compile } from '../index.ts';
import { fileHost, readSource } from './host.ts';

export interface CompiledUnits {
  readonly diagnostics: readonly Diagnostic[];
  /** Empty where there are errors. */
  readonly units: readonly CompilationUnit[];
}

/** Throws `UserError` when the file cannot be read. */
export function compileUnits(path: string, choiceOf?: ChoiceOf): CompiledUnits {
  let units: readonly CompilationUnit[] = [];
  const { diagnostics } = compile(readSource(path), fileHost, {
    choiceOf,
    inspect: (_pass, state) => {
      units = state.units;
    },
  });
  return { diagnostics, units };
}
