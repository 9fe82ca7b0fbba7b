/** What the pipeline's passes hand on: everything known about one file so far. Each pass fills in its own part. */

import type { ModuleSpec, ProgramName } from '../runtime/program.ts';
import type { SourceModule } from './1-parse/ast.ts';
import type { TypedModel, TypedProgram, TypedTraining } from './2-check/typed.ts';
import type { Graph } from './3-graph/graph.ts';
import type { Partition } from './4-fuse/group.ts';
import type { DispatchProgram } from './5-loop/dispatch.ts';
import type { LoopProgram } from './5-loop/kernel.ts';
import type { HostUniform } from './5-loop/uniforms.ts';
import type { Arena } from './7-emit/arena.ts';
import type { ChoiceOf } from './7-emit/choices.ts';
import type { Diagnostic, SourceFile } from './diagnostics/diagnostic.ts';

/** Where sources come from. The compiler itself reads nothing. */
export interface CompilerHost {
  /** The source that an import names, relative to the file that it stands in; undefined when there is none. */
  readImport(path: string, from: SourceFile): SourceFile | undefined;
  /** The standard library's files; the same objects each time, so that they are parsed once. */
  library(): readonly SourceFile[];
}

/** One graph, and which of a module's programs runs it. */
export interface ProgramPart<T> {
  readonly program: ProgramName;
  readonly value: T;
}

/** One class to generate: a model, with its training where it has one. */
export interface CompilationUnit {
  readonly name: string;
  readonly model: TypedModel;
  readonly training: TypedTraining | undefined;
  readonly arena: Arena;
  readonly graphs: readonly ProgramPart<Graph>[];
  readonly partitions: readonly ProgramPart<Partition>[];
  readonly loops: readonly ProgramPart<LoopProgram>[];
  /** With the number of the partition that each was made from. */
  readonly dispatches: readonly (ProgramPart<DispatchProgram> & { readonly partition: number })[];
  readonly uniforms: readonly HostUniform[];
  readonly spec: ModuleSpec | undefined;
}

export interface Compilation {
  readonly entry: SourceFile;
  readonly host: CompilerHost;
  readonly module: SourceModule | undefined;
  readonly program: TypedProgram;
  readonly diagnostics: readonly Diagnostic[];
  readonly units: readonly CompilationUnit[];
  /** What is known of this machine; undefined: every part is run as the compiler decides. */
  readonly choiceOf: ChoiceOf | undefined;
}

/** One step of the pipeline: a pure function with a name that `--print-after` accepts. */
export interface CompilerPass {
  readonly name: string;
  readonly description: string;
  readonly run: (state: Compilation) => Compilation;
  /** The state as text, as far as this pass made it. */
  readonly print: (state: Compilation) => string;
}
