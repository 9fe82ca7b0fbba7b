/** Parts of operators' shape rules: types as users write them, element types, ranks, broadcasting. */
import { type Dim, dim } from '../dim/dim.ts';
import type { ShapeProblem } from './primitive.ts';
import type { ElementType, TensorType } from './types.ts';

export function isProblem(result: TensorType | ShapeProblem): result is ShapeProblem {
  return 'problem' in result;
}

/** `f32[N, 1152]`, `class(10)[N]`, `f32[]`. */
export function showType(type: TensorType): string {
  const element = type.classes ? `class(${dim.show(type.classes)})` : type.element;
  return `${element}${showShape(type.shape)}`;
}

export const showShape = (shape: readonly Dim[]): string => `[${shape.map(dim.show).join(', ')}]`;

export function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((size, axis) => dim.equal(size, b[axis]));
}

export function sameType(a: TensorType, b: TensorType): boolean {
  const classes = a.classes && b.classes ? dim.equal(a.classes, b.classes) : a.classes === b.classes;
  return a.element === b.element && classes && sameShape(a.shape, b.shape);
}

/** Wrong where the operator `what` is given another number of inputs than it takes. */
export function checkCount(what: string, inputs: readonly TensorType[], count: number): ShapeProblem | undefined {
  if (inputs.length === count) return undefined;
  return { problem: `${what} takes ${count} tensor${count === 1 ? '' : 's'}, not ${inputs.length}` };
}

/** Wrong where an input is not `element` of the rank; the rank may be left out. */
export function checkInput(
  inputs: readonly TensorType[],
  input: number,
  wanted: { readonly element: ElementType; readonly rank?: number; readonly as: string },
): ShapeProblem | undefined {
  const type = inputs[input];
  if (type.element !== wanted.element) {
    return { problem: `${wanted.as} must be ${wanted.element}, but it is ${showType(type)}`, input };
  }
  if (wanted.rank !== undefined && type.shape.length !== wanted.rank) {
    return { problem: `${wanted.as} must have ${wanted.rank} dimensions, but it is ${showType(type)}`, input };
  }
  return undefined;
}

/** Wrong where an axis, counted from 0, is not one of the input's. */
export function checkAxis(type: TensorType, axis: number): ShapeProblem | undefined {
  if (Number.isInteger(axis) && axis >= 0 && axis < type.shape.length) return undefined;
  return { problem: `there is no axis ${axis} in ${showType(type)}`, input: 0 };
}

export function checkAxes(type: TensorType, axes: readonly number[]): ShapeProblem | undefined {
  if (new Set(axes).size !== axes.length)
    return { problem: `an axis is named twice in [${axes.join(', ')}]`, input: 0 };
  return axes.map((axis) => checkAxis(type, axis)).find((problem) => problem !== undefined);
}

/** NumPy's rule: shapes are aligned at their ends; an axis of size 1, or one that is missing, is repeated. */
export function broadcastShapes(types: readonly TensorType[]): readonly Dim[] | ShapeProblem {
  const rank = Math.max(0, ...types.map((type) => type.shape.length));
  const shape: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let size = dim.int(1);
    for (const [input, type] of types.entries()) {
      const own = axis - rank + type.shape.length;
      if (own < 0 || dim.constant(type.shape[own]) === 1) continue;
      if (dim.constant(size) === 1) size = type.shape[own];
      else if (!dim.equal(size, type.shape[own])) {
        const shown = types.map(showType).join(' and ');
        const sizes = `${dim.show(size)} and ${dim.show(type.shape[own])}`;
        return { problem: `${shown} do not fit together: axis ${axis - rank} is ${sizes}`, input, axis: own };
      }
    }
    shape.push(size);
  }
  return shape;
}
