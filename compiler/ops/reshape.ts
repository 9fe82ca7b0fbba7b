/**
 * Reshaping keeps the row-major order. The lowering pairs groups of axes that hold the same elements, so that an axis
 * that only stays or appears costs no arithmetic.
 */
import { type Dim, dim } from '../dim/dim.ts';
import { dimsOf } from './attributes.ts';
import type { Expr } from './expr.ts';
import { checkCount, showShape, showType } from './infer.ts';
import { type Lowering, type Primitive, primitive } from './primitive.ts';
import { sizeOf } from './reference.ts';

/** Axes of both shapes that hold the same elements. */
interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The shape with a -1 replaced by what is left; undefined where nothing whole is. */
function resolve(shape: readonly Dim[], elements: Dim): readonly Dim[] | undefined {
  const open = shape.findIndex((size) => dim.constant(size) === -1);
  if (open < 0) return shape;
  const rest = dim.divideExact(elements, dim.product(shape.filter((_, axis) => axis !== open)));
  return rest && shape.map((size, axis) => (axis === open ? rest : size));
}

/** Splits two shapes of equally many elements into the smallest groups of axes that correspond. */
export function axisGroups(from: readonly Dim[], to: readonly Dim[]): AxisGroup[] {
  const axesAbove1 = (shape: readonly Dim[]): number[] =>
    shape.flatMap((size, axis) => (dim.constant(size) === 1 ? [] : [axis]));
  const left = axesAbove1(from);
  const right = axesAbove1(to);
  const groups: AxisGroup[] = [];
  while (left.length > 0 && right.length > 0) {
    let [i, j] = [1, 1];
    for (;;) {
      const a = dim.product(left.slice(0, i).map((axis) => from[axis]));
      const b = dim.product(right.slice(0, j).map((axis) => to[axis]));
      if (dim.equal(a, b)) break;
      const shorterLeft = isBelow(a, b);
      if (shorterLeft !== false && i < left.length) i++;
      else if (shorterLeft !== true && j < right.length) j++;
      else [i, j] = [left.length, right.length];
      if (i === left.length && j === right.length) break;
    }
    groups.push({ from: left.splice(0, i), to: right.splice(0, j) });
  }
  return groups;
}

/** Whether a < b, where that can be told. */
function isBelow(a: Dim, b: Dim): boolean | undefined {
  const difference = dim.constant(dim.sub(a, b));
  if (difference !== undefined) return difference < 0;
  if (dim.divideExact(b, a)) return true;
  return dim.divideExact(a, b) ? false : undefined;
}

/** The index in `from` of the element that has the index `index` in `to`. */
export function reshapedIndex(
  l: Lowering,
  from: readonly Dim[],
  to: readonly Dim[],
  index: readonly Expr[],
): readonly Expr[] {
  const result: Expr[] = from.map(() => l.int(0));
  for (const group of axisGroups(from, to)) {
    let flat = group.to.reduce<Expr>((sum, axis) => l.add(l.mul(sum, l.size(to[axis])), index[axis]), l.int(0));
    for (const axis of [...group.from.slice(1)].reverse()) {
      const size = l.size(from[axis]);
      result[axis] = l.imod(flat, size);
      flat = l.idiv(flat, size);
    }
    result[group.from[0]] = flat;
  }
  return result;
}

export const reshape: Primitive = primitive({
  name: 'reshape',
  doc: 'The same elements in row-major order in the shape `shape`; one -1 is inferred.',
  kind: 'movement',
  inputs: ['x'],
  infer: (inputs, attributes) => {
    const wrong = checkCount('reshape', inputs, 1);
    if (wrong) return wrong;
    const [x] = inputs;
    const elements = dim.product(x.shape);
    const wanted = dimsOf(attributes, 'shape');
    const shape = resolve(wanted, elements);
    if (shape && dim.equal(dim.product(shape), elements)) return { ...x, shape };
    const count = shape ? dim.show(dim.product(shape)) : 'another number';
    const problem = `${showType(x)} has ${dim.show(elements)} elements, but the shape ${showShape(wanted)} has ${count}`;
    return { problem, input: 0 };
  },
  grad: (g, { inputs: [x] }, dy) => [g.reshape(dy, x.type.shape)],
  lower: (l, [x], { type }, index) => x.at(...reshapedIndex(l, x.type.shape, type.shape, index)),
  reference: ([x], attributes) => {
    const shape = resolve(dimsOf(attributes, 'shape'), dim.int(sizeOf(x.shape))) ?? [];
    return { shape: shape.map((d) => dim.evaluate(d, {})), data: x.data };
  },
  cases: [
    { name: 'flatten', inputs: [{ shape: [2, 3, 4, 5] }], attributes: { shape: [2, 60].map(dim.int) } },
    { name: 'unflatten', inputs: [{ shape: [2, 24] }], attributes: { shape: [2, 2, 3, -1].map(dim.int) } },
    { name: 'across', inputs: [{ shape: [4, 6] }], attributes: { shape: [3, 8].map(dim.int) } },
    { name: 'axes of size 1', inputs: [{ shape: [3, 1, 4] }], attributes: { shape: [1, 3, 4, 1].map(dim.int) } },
    { name: 'scalar', inputs: [{ shape: [] }], attributes: { shape: [1, 1].map(dim.int) } },
  ],
});
