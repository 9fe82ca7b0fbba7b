/**
 * The compiler: text in, modules out. The pipeline is a list of named passes; reading, writing and messages are the
 * caller's. Nothing here keeps state between calls.
 */

import { printModule } from './1-parse/print.ts';
import type { ChoiceOf } from './7-emit/choices.ts';
import type { EmitUnit } from './7-emit/unit.ts';
import type { Compilation, CompilerHost, CompilerPass } from './compilation.ts';
import type { Diagnostic, SourceFile } from './diagnostics/diagnostic.ts';
import { analyze } from './front-end.ts';
import { backEnd, unitsOf } from './passes.ts';

const parsePass: CompilerPass = {
  name: 'check',
  description: 'Parses the file and its imports; resolves names, checks every type and shape.',
  run: (state) => {
    const { module, program, diagnostics } = analyze(state.entry, state.host);
    const wrong = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    return { ...state, module, program, diagnostics, units: wrong ? [] : unitsOf(program) };
  },
  print: (state) => (state.module ? printModule(state.module) : ''),
};

/** The whole pipeline. */
export const passes: readonly CompilerPass[] = [parsePass, ...backEnd];

export interface CompileResult {
  /** In the order of the source. */
  readonly diagnostics: readonly Diagnostic[];
  /** Empty where there are errors. */
  readonly units: readonly EmitUnit[];
  /** What `printAfter` asked for. */
  readonly printed?: string;
}

export interface CompileOptions {
  /** The name of a pass after which to stop and print. */
  readonly printAfter?: string | undefined;
  /** How parts are to be run that were measured: `netc tune`. */
  readonly choiceOf?: ChoiceOf | undefined;
  /** Called after every pass: tests verify the state there. */
  readonly inspect?: (pass: CompilerPass, state: Compilation) => void;
}

/** Compiles one file. Never throws on a wrong program: it says so in the diagnostics. */
export function compile(entry: SourceFile, host: CompilerHost, options: CompileOptions = {}): CompileResult {
  let state: Compilation = {
    entry,
    host,
    module: undefined,
    program: { models: [], datasets: [], trainings: [] },
    diagnostics: [],
    units: [],
    choiceOf: options.choiceOf,
  };
  for (const pass of passes) {
    state = pass.run(state);
    options.inspect?.(pass, state);
    if (pass.name === options.printAfter) return { ...resultOf(state), printed: pass.print(state) };
    if (state.units.length === 0) break;
  }
  return resultOf(state);
}

function resultOf(state: Compilation): CompileResult {
  const units = state.units.flatMap(({ name, model, training, spec, uniforms }): EmitUnit[] =>
    spec ? [{ name, model, spec, uniforms, ...(training ? { training } : {}) }] : [],
  );
  return { diagnostics: state.diagnostics, units };
}

export type { Compilation, CompilerHost, CompilerPass } from './compilation.ts';
