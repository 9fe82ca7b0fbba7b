/** Inputs for operators' cases, and an operator's lowering evaluated element by element. */
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import { evaluate } from '../../compiler/ops/evaluate.ts';
import type { Axis, Expr } from '../../compiler/ops/expr.ts';
import { isProblem } from '../../compiler/ops/infer.ts';
import { createLowering, memoryReader } from '../../compiler/ops/lowering.ts';
import type { OpCase, Primitive, ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { positionOf, tensor, typeOf } from '../../compiler/ops/reference.ts';
import type { TensorType } from '../../compiler/ops/types.ts';

/** Repeatable numbers in 0..1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Random inputs as a case describes them; whole numbers for integers. */
export function inputsOf(opCase: OpCase, random = randomNumbers(7)): ReferenceTensor[] {
  return opCase.inputs.map(({ shape, element = 'f32', range: [low, high] = [-2, 2] }) =>
    tensor(shape, () => {
      const value = low + (high - low) * random();
      return element === 'f32' ? value : Math.round(value);
    }),
  );
}

export const inputTypes = (opCase: OpCase): TensorType[] =>
  opCase.inputs.map(({ shape, element }) => typeOf(shape, element));

export function typeOfCase(operator: Primitive, opCase: OpCase): TensorType {
  const type = operator.infer(inputTypes(opCase), opCase.attributes ?? {});
  if (isProblem(type)) throw new Error(`${operator.name} refuses its own case: ${type.problem}`);
  return type;
}

/** The expression for the element at axes i0, i1, … of an operator's output. */
export function lowered(operator: Primitive, types: readonly TensorType[], opCase: OpCase, type: TensorType): Expr {
  const index = type.shape.map((extent, i): Expr => ({ kind: 'axis', type: 'i32', axis: { id: `i${i}`, extent } }));
  const readers = types.map((input, i) => memoryReader(i, input));
  return operator.lower(createLowering(), readers, { type, attributes: opCase.attributes ?? {} }, index);
}

/** Evaluates a lowering at every index; a load outside its tensor throws. */
export function evaluateEverywhere(
  expr: Expr,
  shape: readonly Dim[],
  inputs: readonly ReferenceTensor[],
): ReferenceTensor {
  const load = (id: number, indices: readonly number[]): number => {
    const source = inputs[id];
    const inside =
      indices.length === source.shape.length && indices.every((i, axis) => i >= 0 && i < source.shape[axis]);
    if (!inside) throw new Error(`input ${id} [${source.shape.join()}] is read at [${indices.join()}]`);
    return source.data[positionOf(source.shape, indices)];
  };
  return tensor(
    shape.map((d) => dim.evaluate(d, {})),
    (...index) => {
      const axes = new Map(index.map((value, i): [Axis['id'], number] => [`i${i}`, value]));
      return evaluate(expr, {
        axes,
        dims: {},
        uniforms: { key0: 0, key1: 0, epochKey0: 0, epochKey1: 0, first: 0 },
        load,
      });
    },
  );
}

/** The largest difference, relative to the largest magnitude (at least 1). */
export function difference(a: ReferenceTensor, b: ReferenceTensor): number {
  if (a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1, ...b.data.map(Math.abs));
  const distances = a.data.map((value, i) => (Object.is(value, b.data[i]) ? 0 : Math.abs(value - b.data[i])));
  return Math.max(0, ...distances.map((d) => (Number.isNaN(d) ? Number.POSITIVE_INFINITY : d))) / scale;
}
