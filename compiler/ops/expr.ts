/**
 * Scalar expressions: what one element of a tensor is, as a function of its index. Operators lower to these (`lower`),
 * Loop IR's statements hold them, and both targets print them. No loops here except `reduce`, which names its own axes.
 *
 * Index arithmetic is `i32`; `bool` is the type of conditions. A `u8` load has type `i32`.
 */
import type { Dim } from '../dim/dim.ts';
import type { ScalarFunction } from './scalar.ts';

export type ScalarType = 'f32' | 'i32' | 'bool';

/** A loop variable with its range `0 <= axis < extent`. Compared by identity of `id`. */
export interface Axis {
  readonly id: string;
  readonly extent: Dim;
  /** How many of its values are taken, in the mean and at most, where memory says how far it goes. */
  readonly mean?: number;
}

export type Combine = 'sum' | 'max' | 'min' | 'argmax';

export type Expr =
  | { readonly kind: 'const'; readonly type: ScalarType; readonly value: number }
  | { readonly kind: 'axis'; readonly type: 'i32'; readonly axis: Axis }
  /** A dimension's value at run time (the batch). */
  | { readonly kind: 'size'; readonly type: 'i32'; readonly dim: Dim }
  /** A number that the host provides each step: `step` (1 for the first), … */
  | { readonly kind: 'uniform'; readonly type: 'f32'; readonly name: string }
  /** A value that an earlier statement of Loop IR computed; operators' lowerings never make one. */
  | { readonly kind: 'local'; readonly type: ScalarType; readonly name: string }
  /** An element of a tensor in memory, by its logical (PyTorch order) indices. Must be in range wherever it is evaluated. */
  | { readonly kind: 'load'; readonly type: ScalarType; readonly tensor: number; readonly indices: readonly Expr[] }
  | { readonly kind: 'apply'; readonly type: ScalarType; readonly fn: ScalarFunction; readonly args: readonly Expr[] }
  /** `condition ? value : otherwise`, lazily: `value` need not be in range where the condition is false. */
  | {
      readonly kind: 'guard';
      readonly type: ScalarType;
      readonly condition: Expr;
      readonly value: Expr;
      readonly otherwise: Expr;
    }
  /**
   * Folds `body` over the axes in row-major order. `argmax` yields the row-major position (i32) of the first largest
   * element, NaN counting as largest; `max` and `min` pass NaN on, as PyTorch does.
   */
  | {
      readonly kind: 'reduce';
      readonly type: ScalarType;
      readonly combine: Combine;
      readonly axes: readonly Axis[];
      readonly body: Expr;
    };
