/**
 * What an operator is. One operator is one file in this folder that exports one `primitive({...})`; `registry.ts` lists
 * them. Passes ask for an operator's `kind`, never for its name.
 */
import type { Dim } from '../dim/dim.ts';
import type { Combine, Expr } from './expr.ts';
import type { ScalarFunction } from './scalar.ts';
import type { Attributes, ElementType, TensorType, Window } from './types.ts';

/**
 * - `leaf`: a program's input, parameter, constant or runtime scalar; has no inputs
 * - `draw`: random numbers; has no inputs either, but each element is work, and two readers must see the same
 * - `elementwise`: output element i depends on input elements i only (shapes equal)
 * - `movement`: a view: every output element is one input element, or a constant
 * - `gather`: reads its first input where the other inputs, numbers, say: every output element is one input element, or 0
 * - `reduction`: folds an input over axes or windows
 * - `contraction`: sums products of two inputs
 */
export type OpKind = 'leaf' | 'draw' | 'elementwise' | 'movement' | 'gather' | 'reduction' | 'contraction';

/** A handle on a graph value while gradients or composites are being built. */
export interface Value {
  readonly id: number;
  readonly type: TensorType;
}

/** Builds graph nodes; `grad` rules and the typed-AST lowering write through it. `compiler/3-graph/builder.ts`. */
export interface OpBuilder {
  op(name: string, inputs: readonly Value[], attributes?: Attributes): Value;
  /** An f32 (or other) constant filled to `shape`; a scalar where `shape` is left out. */
  constant(value: number, shape?: readonly Dim[], element?: ElementType): Value;
  // Shorthands used by gradients; each broadcasts its arguments as NumPy does.
  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value): Value;
  div(a: Value, b: Value): Value;
  neg(a: Value): Value;
  where(condition: Value, a: Value, b: Value): Value;
  /** Applies a row of the scalar table elementwise. */
  scalar(fn: ScalarFunction, ...args: Value[]): Value;
  sum(a: Value, axes: readonly number[], keepdim?: boolean): Value;
  broadcastTo(a: Value, shape: readonly Dim[]): Value;
  reshape(a: Value, shape: readonly Dim[]): Value;
  permute(a: Value, order: readonly number[]): Value;
}

/** Reads an input's element at logical indices: a load, or the producer's own expression when it is fused in. */
export interface Reader {
  readonly type: TensorType;
  at(...indices: Expr[]): Expr;
}

/** Builds scalar expressions (with constant folding). `compiler/ops/lowering.ts`. */
export interface Lowering {
  int(value: number): Expr;
  float(value: number): Expr;
  size(dim: Dim): Expr;
  apply(fn: ScalarFunction, ...args: Expr[]): Expr;
  add(a: Expr, b: Expr): Expr;
  sub(a: Expr, b: Expr): Expr;
  mul(a: Expr, b: Expr): Expr;
  /** Floor division and remainder of non-negative i32 values. */
  idiv(a: Expr, b: Expr): Expr;
  imod(a: Expr, b: Expr): Expr;
  /** True where every condition is. */
  all(...conditions: Expr[]): Expr;
  guard(condition: Expr, value: Expr, otherwise: Expr): Expr;
  reduce(combine: Combine, extents: readonly Dim[], body: (...axes: Expr[]) => Expr): Expr;
}

/** A tensor of the float64 reference: row-major data. */
export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** One input configuration that the operator is tested with, on every target. */
export interface OpCase {
  readonly name?: string;
  /** One per input; element type f32 unless given. */
  readonly inputs: readonly {
    readonly shape: readonly number[];
    readonly element?: ElementType;
    readonly range?: readonly [number, number];
  }[];
  readonly attributes?: Attributes;
}

/** What a shape rule says when its inputs don't fit: a sentence for the user, which input and which axis is at fault. */
export interface ShapeProblem {
  readonly problem: string;
  readonly input?: number;
  readonly axis?: number;
}

export interface Primitive {
  readonly name: string;
  readonly doc: string;
  readonly kind: OpKind;
  /** What it is with some attributes, where that is simpler than `kind`: a sum of one term at most is a `gather`. */
  readonly kindWith?: (attributes: Attributes) => OpKind;
  /** Of a reduction that folds windows of its first input's last axes: these windows, an axis each. */
  readonly windows?: (attributes: Attributes) => readonly Window[];
  /** Their names, for the reader. The last one may stand for any number of inputs: `...indices`. */
  readonly inputs: readonly string[];
  /** The result's type, or what is wrong. Never throws. */
  readonly infer: (inputs: readonly TensorType[], attributes: Attributes) => TensorType | ShapeProblem;
  /** Gradients of the inputs given the output's; `undefined` for an input that has none (integers, conditions). */
  readonly grad: (
    g: OpBuilder,
    node: { readonly inputs: readonly Value[]; readonly output: Value; readonly attributes: Attributes },
    dy: Value,
  ) => readonly (Value | undefined)[];
  /** The output element at `index`, as a scalar expression over the inputs' elements. */
  readonly lower: (
    l: Lowering,
    inputs: readonly Reader[],
    node: { readonly type: TensorType; readonly attributes: Attributes },
    index: readonly Expr[],
  ) => Expr;
  /** Plain loops in float64: slow and obvious. `uniforms` are the numbers that the host provides each step. */
  readonly reference: (
    inputs: readonly ReferenceTensor[],
    attributes: Attributes,
    uniforms?: Readonly<Record<string, number>>,
  ) => ReferenceTensor;
  readonly cases: readonly OpCase[];
}

/** Declares an operator; exists so that each file reads `export const matmul = primitive({ … })`. */
export function primitive(definition: Primitive): Primitive {
  return definition;
}
