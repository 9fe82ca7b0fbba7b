/** Reading at index tensors: what simplification sees, what is wrong with indices, which gradients there are. */
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import { isProblem } from '../../compiler/ops/infer.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import { operatorNamed } from '../../compiler/ops/registry.ts';
import type { ElementType, TensorType } from '../../compiler/ops/types.ts';

const N = dim.symbol('N');
const sizes = (...list: (number | Dim)[]): Dim[] =>
  list.map((size) => (typeof size === 'number' ? dim.int(size) : size));

/** The operators that are left of what is built. */
function left(build: (g: GraphBuilder) => Value): string[] {
  const g = new GraphBuilder('test');
  g.output('result', 'y', build(g));
  return runPasses(g.finish()).nodes.map(({ op }) => op);
}

test('every element where it is: nothing is read, however the axes were counted', () => {
  const shape = sizes(N, 3, 4);
  const counts = (g: GraphBuilder): Value[] => {
    const line = g.op('iota', [], { shape: sizes(3), axis: 0 });
    return [
      g.op('iota', [], { shape, axis: 0 }),
      g.broadcastTo(g.reshape(line, sizes(3, 1)), shape),
      g.broadcastTo(g.op('iota', [], { shape: sizes(4), axis: 0 }), shape),
    ];
  };
  const x = (g: GraphBuilder): Value => g.input('x', { element: 'f32', shape });
  expect(left((g) => g.op('gather', [x(g), ...counts(g)]))).toEqual(['input']);
  expect(left((g) => g.op('gather_grad', [x(g), ...counts(g)], { shape }))).toEqual(['input']);
});

test('other orders, other shapes and repeated rows are not in place', () => {
  const shape = sizes(3, 3);
  const x = (g: GraphBuilder): Value => g.input('x', { element: 'f32', shape });
  const count = (g: GraphBuilder, axis: number): Value => g.op('iota', [], { shape, axis });
  expect(left((g) => g.op('gather', [x(g), count(g, 1), count(g, 0)]))).toContain('gather');
  const first = (g: GraphBuilder, axis: number): Value => g.op('iota', [], { shape: sizes(2, 3), axis });
  expect(left((g) => g.op('gather', [x(g), first(g, 0), first(g, 1)]))).toContain('gather');
  // A reshape that takes the count apart, or puts it along the other axis.
  const six = (g: GraphBuilder): Value => g.reshape(g.op('iota', [], { shape: sizes(9), axis: 0 }), shape);
  expect(left((g) => g.op('gather', [x(g), count(g, 0), six(g)]))).toContain('gather');
});

test('of zeros it is zeros; of another fill it is not, as indices may be out of range', () => {
  const index = (g: GraphBuilder): Value => g.input('i', { element: 'i32', shape: sizes(5) });
  expect(left((g) => g.op('gather', [g.constant(0, sizes(4)), index(g)]))).toEqual(['constant']);
  expect(left((g) => g.op('gather', [g.constant(3, sizes(4)), index(g)]))).toContain('gather');
  const constant = (g: GraphBuilder): Value => g.constant(7, sizes(5), 'i32');
  expect(left((g) => g.op('gather', [g.constant(7, sizes(4), 'i32'), constant(g)]))).toContain('gather');
});

test('what is wrong with indices is said in their terms', () => {
  const type = (element: ElementType, ...shape: number[]): TensorType => ({ element, shape: sizes(...shape) });
  const say = (...inputs: TensorType[]): string => {
    const result = operatorNamed('gather').infer(inputs, {});
    return isProblem(result) ? result.problem : 'fine';
  };
  const index = type('i32', 2);
  expect(say()).toBe('gather takes a tensor and its indices');
  expect(say(type('f32'), index)).toBe('f32[] has no axis that an index could be of');
  expect(say(type('f32', 3, 4), index)).toBe('f32[3, 4] takes 2 indices, one for each axis, not 1');
  expect(say(type('u8', 3), index, index)).toBe('u8[3] takes one index, not 2');
  expect(say(type('f32', 3, 4), index, type('f32', 2))).toBe('the index of axis 1 must be i32, but it is f32[2]');
  expect(say(type('f32', 3, 4), index, type('i32', 5))).toBe('the indices differ in shape: i32[2] and i32[5]');
  expect(say(type('f32', 1, 1, 1, 1, 1, 1, 1), ...Array(7).fill(index))).toBe(
    'a tensor with more than 6 axes cannot be indexed, as f32[1, 1, 1, 1, 1, 1, 1]',
  );
});

test('class indices that are looked up stay class indices', () => {
  const classes = dim.int(10);
  const labels: TensorType = { element: 'i32', shape: sizes(100), classes };
  expect(operatorNamed('gather').infer([labels, { element: 'i32', shape: sizes(N) }], {})).toEqual({
    element: 'i32',
    shape: sizes(N),
    classes,
  });
});
