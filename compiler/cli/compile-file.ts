/** Runs the whole pipeline over one file. Writes and prints nothing. */

import { CommandLineError } from '../../runtime/train/options.ts';
import { nearest } from '../2-check/suggest.ts';
import type { ChoiceOf } from '../7-emit/choices.ts';
import type { EmitUnit } from '../7-emit/index.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { compile, passes } from '../index.ts';
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

/** Throws `UserError` when the file cannot be read, `CommandLineError` when there is no pass called `printAfter`. */
export function compileFile(path: string, printAfter?: string, choiceOf?: ChoiceOf): CompiledFile {
  const names = passes.map((pass) => pass.name);
  if (printAfter !== undefined && !names.includes(printAfter)) {
    const near = nearest(printAfter, names);
    throw new CommandLineError(
      `there is no pass \`${printAfter}\`; ${near ? `did you mean \`${near}\`?` : `the passes are ${names.join(', ')}`}`,
    );
  }
  const entry = readSource(path);
  const { diagnostics, units, printed } = compile(entry, fileHost, { printAfter, choiceOf });
  return { source: entry.path, diagnostics, units, ...(printed === undefined ? {} : { printed }) };
}
