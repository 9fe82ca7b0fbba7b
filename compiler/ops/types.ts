/** Tensor types and operators' attributes as every stage after the parser sees them. No syntax, no spans. */
import type { Dim } from '../dim/dim.ts';

/** `f16` is accepted in sources but not lowered yet. Class indices are `i32` with `classes` set. */
export type ElementType = 'f32' | 'f16' | 'i32' | 'u8' | 'bool';

export interface TensorType {
  readonly element: ElementType;
  readonly shape: readonly Dim[];
  /** For `class(K)` tensors: K, so that a loss knows how many classes its labels range over. */
  readonly classes?: Dim;
}

/** Compile-time attributes of an operator: `stride`, `axis`, `keepdim`, … */
export type AttributeValue = number | boolean | string | readonly number[] | readonly Dim[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What slides along one axis: how many elements it reads, how far it moves from one result to the next. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  /** On both sides. */
  readonly padding: number;
  readonly dilation: number;
}
