/** What a generated module says about a model, as plain data. */
import type { ModuleSpec, StorageElement } from './program.ts';

/** The compiled side of a `model` declaration, as plain data. Shapes are of one sample: the batch comes in front. */
export interface ModelSpec {
  /** The generated class's name. */
  readonly name: string;
  readonly module: ModuleSpec;
  /** In the order of the declaration, with the `input` buffer of the program `infer` that takes each. */
  readonly inputs: readonly InputSpec[];
  /** The `output` buffer of `infer` and `evaluate`: row-major. */
  readonly output: { readonly shape: readonly number[]; readonly buffer: number };
}

export interface InputSpec {
  readonly name: string;
  readonly element: StorageElement;
  readonly shape: readonly number[];
  readonly buffer: number;
}
