/** What the emitter gets and gives. */
import type { ModuleSpec } from '../../runtime/program.ts';
import type { TypedModel, TypedTraining } from '../2-check/typed.ts';
import type { Expr } from '../ops/expr.ts';

/** One class: the typed model, its training where it has one, and the compiled programs. */
export interface EmitUnit {
  /** The class's name: the training's where there is one, else the model's. */
  readonly name: string;
  readonly model: TypedModel;
  readonly training?: TypedTraining;
  readonly spec: ModuleSpec;
  /** The module's uniforms in order: scalar expressions over `uniform step`, the key of the draws and sizes of the batch. */
  readonly uniforms: readonly { readonly name: string; readonly expression: Expr }[];
}

export interface EmitOptions {
  /** The `.net` file's path as the headers show it: `models/fashion_cnn.net`. */
  readonly source: string;
  /** The output folder as the headers show it: `generated`. */
  readonly output: string;
  /**
   * Where the `.net` files lie that declare data sets and trainings, as seen from the output folder or absolute:
   * `{ 'models/mine.net': '../models' }`. Data sets of one's own are looked for in `data` there, weights beside the file.
   * Without it the generated modules know no such folder.
   */
  readonly sourceFolders?: Readonly<Record<string, string>>;
  /**
   * `javascript` for a program that is to run at once: then `<stem>.kernels.js` takes the place of `<stem>.kernels.ts`,
   * because erasing the few types of so large a file takes a third of a second. TypeScript if absent.
   */
  readonly kernels?: 'typescript' | 'javascript';
}

/** One generated file: its path below the output folder, and its text. */
export interface EmittedFile {
  readonly path: string;
  readonly text: string;
}
