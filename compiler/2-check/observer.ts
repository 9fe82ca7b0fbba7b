/**
 * What an editor learns from a check beside its result: what each name means, where names can be seen, what each expression
 * of a body turned out to be. The checker tells, and keeps nothing; without an observer nothing is done for it.
 */
import type { Expression } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Scope } from './scope.ts';
import type { Site } from './site.ts';
import type { Value } from './values.ts';

export type DefinitionKind =
  /** At the top of a file. */
  | 'declaration'
  /** Configuration; what a function takes beside tensors. */
  | 'option'
  | 'input'
  /** Bound by an input's type, as `C` in `x: f32[N, C]`. */
  | 'dimension'
  | 'let'
  /** `param`, `buffer`, `state` */
  | 'parameter'
  /** Of a comprehension. */
  | 'index'
  /** `conv1` in `conv1: Conv2d(32)` */
  | 'layer'
  /** Of a data set's sample. */
  | 'field'
  /** The model's result in a training; written nowhere. */
  | 'output';

/** Where a name gets its meaning. */
export interface Definition {
  readonly name: string;
  readonly span: Span;
  readonly kind: DefinitionKind;
}

export interface Observer {
  /** Whether names in the library's own files are told, too. */
  readonly library: boolean;
  /** `span` holds a name that means this; several where a function of the library has several versions. */
  name(span: Span, definitions: readonly Definition[]): void;
  /** These names can be seen in that part of a file, from where each is defined. */
  scope(extent: Span, names: Scope<Definition>): void;
  /** An expression or a stage of a pipeline in a user's file, once for each use of the body that it stands in. */
  value(expression: Expression, value: Value, site: Site): void;
}
