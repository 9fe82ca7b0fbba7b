/** What reductions along whole axes share: their shape rule, where their elements are, their references. */
import { type Dim, dim } from '../dim/dim.ts';
import { flagOf, numberOf, numbersOf } from './attributes.ts';
import { fold } from './evaluate.ts';
import type { Combine, Expr } from './expr.ts';
import { checkAxes, checkCount, checkInput } from './infer.ts';
import type { Lowering, OpBuilder, OpCase, Reader, ReferenceTensor, ShapeProblem, Value } from './primitive.ts';
import { at, indicesOf, tensor } from './reference.ts';
import type { Attributes, ElementType, TensorType } from './types.ts';

/** The reduced axes: the attribute `axes`, every axis where it is empty; or the one `axis`. */
export function axesOf(attributes: Attributes, rank: number): number[] {
  const axes = 'axis' in attributes ? [numberOf(attributes, 'axis')] : numbersOf(attributes, 'axes');
  return axes.length > 0 ? axes : Array.from({ length: rank }, (_, axis) => axis);
}

/** A shape with the reduced axes dropped, or of size 1 with `keepdim`. */
function reducedShape<T>(shape: readonly T[], axes: readonly number[], keepdim: boolean, one: T): T[] {
  return shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keepdim ? [one] : []));
}

export function inferReduction(
  what: string,
  inputs: readonly TensorType[],
  attributes: Attributes,
  element: ElementType = 'f32',
): TensorType | ShapeProblem {
  const wrong = checkCount(what, inputs, 1) ?? checkInput(inputs, 0, { element: 'f32', as: `${what}'s input` });
  if (wrong) return wrong;
  const [x] = inputs;
  const axes = axesOf(attributes, x.shape.length);
  const problem = checkAxes(x, axes);
  if (problem) return problem;
  return { element, shape: reducedShape(x.shape, axes, flagOf(attributes, 'keepdim'), dim.int(1)) };
}

/** The extents of the reduced axes: over how many elements one output element folds. */
export function reducedExtents(x: TensorType, attributes: Attributes): Dim[] {
  return axesOf(attributes, x.shape.length).map((axis) => x.shape[axis]);
}

export function lowerReduction(
  l: Lowering,
  combine: Combine,
  x: Reader,
  attributes: Attributes,
  index: readonly Expr[],
): Expr {
  const axes = axesOf(attributes, x.type.shape.length);
  const keepdim = flagOf(attributes, 'keepdim');
  return l.reduce(combine, reducedExtents(x.type, attributes), (...inner) => {
    const kept = index.filter((_, axis) => !keepdim || !axes.includes(axis));
    let next = 0;
    return x.at(...x.type.shape.map((_, axis) => (axes.includes(axis) ? inner[axes.indexOf(axis)] : kept[next++])));
  });
}

export function referenceReduction(x: ReferenceTensor, attributes: Attributes, combine: Combine): ReferenceTensor {
  const axes = axesOf(attributes, x.shape.length);
  const keepdim = flagOf(attributes, 'keepdim');
  return tensor(reducedShape(x.shape, axes, keepdim, 1), (...index) => {
    const kept = index.filter((_, axis) => !keepdim || !axes.includes(axis));
    const elements: number[] = [];
    for (const inner of indicesOf(axes.map((axis) => x.shape[axis]))) {
      let next = 0;
      elements.push(
        at(x, ...x.shape.map((_, axis) => (axes.includes(axis) ? inner[axes.indexOf(axis)] : kept[next++]))),
      );
    }
    return fold(combine, elements);
  });
}

/** A reduction's result spread over its input's shape again. */
export function spread(g: OpBuilder, reduced: Value, shape: readonly Dim[], attributes: Attributes): Value {
  const axes = axesOf(attributes, shape.length);
  const kept = reducedShape(shape, axes, true, dim.int(1));
  return g.broadcastTo(g.reshape(reduced, kept), shape);
}

/** Inputs and axes that the reductions over several axes are tested with. */
export const reductionCases: readonly OpCase[] = [
  { name: 'last axis', inputs: [{ shape: [3, 5] }], attributes: { axes: [1], keepdim: false } },
  { name: 'two axes', inputs: [{ shape: [2, 3, 4] }], attributes: { axes: [0, 2], keepdim: true } },
  { name: 'everything', inputs: [{ shape: [3, 4] }], attributes: { axes: [], keepdim: false } },
  { name: 'an axis of size 1', inputs: [{ shape: [3, 1] }], attributes: { axes: [1], keepdim: false } },
];
