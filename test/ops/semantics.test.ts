/** PyTorch's conventions where mathematics leaves a choice: ties, NaN, kinks; and what shape rules refuse, in words. */
import { expect, test } from 'vitest';
import { gradients } from '../../compiler/3-graph/autodiff.ts';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { isProblem } from '../../compiler/ops/infer.ts';
import { operatorNamed } from '../../compiler/ops/registry.ts';
import type { Attributes, ElementType, TensorType } from '../../compiler/ops/types.ts';

/** The gradient of the sum of `op(inputs)` by each input. */
function gradientOf(op: string, attributes: Attributes, ...inputs: readonly (readonly number[])[]): number[][] {
  const g = new GraphBuilder('test');
  const values = inputs.map((data, i) => g.input(`x${i}`, { element: 'f32', shape: [dim.int(data.length)] }));
  const y = g.op(op, values, attributes);
  const loss = g.sum(
    y,
    y.type.shape.map((_, axis) => axis),
  );
  for (const [i, gradient] of gradients(g, loss, values).entries()) g.output('gradient', `x${i}`, gradient);
  const tensors = inputs.map((data, i) => [`x${i}`, { shape: [data.length], data: Float64Array.from(data) }]);
  return interpret(g.finish(), { inputs: Object.fromEntries(tensors) }).map((tensor) => [...tensor.data]);
}

function resultOf(op: string, attributes: Attributes, shape: readonly number[], data: readonly number[]): number[] {
  return [...operatorNamed(op).reference([{ shape, data: Float64Array.from(data) }], attributes).data];
}

test('kinks: the derivatives of relu and abs are 0 at 0', () => {
  expect(gradientOf('relu', {}, [-1, 0, 2])).toEqual([[0, 0, 1]]);
  expect(gradientOf('abs', {}, [-1, 0, 2])).toEqual([[-1, 0, 1]]);
});

test('ties share the gradient in max, min and amax', () => {
  expect(gradientOf('max', {}, [1, 2, 3], [3, 2, 1])).toEqual([
    [0, 0.5, 1],
    [1, 0.5, 0],
  ]);
  expect(gradientOf('min', {}, [1, 2, 3], [3, 2, 1])).toEqual([
    [1, 0.5, 0],
    [0, 0.5, 1],
  ]);
  expect(gradientOf('amax', { axes: [0], keepdim: false }, [4, 1, 4, 4])).toEqual([[1 / 3, 0, 1 / 3, 1 / 3]]);
});

test('pow has the gradient 0 by the exponent where the base is 0', () => {
  expect(gradientOf('pow', {}, [0, 2], [2, 3])).toEqual([
    [0, 12],
    [0, 8 * Math.log(2)],
  ]);
});

test('the first of equals is the largest, and NaN is larger', () => {
  const axis = { axis: 1, keepdim: false };
  expect(resultOf('argmax', axis, [3, 3], [1, 2, 2, 3, Number.NaN, 5, -1, -2, -1])).toEqual([1, 1, 0]);
  expect(resultOf('amax', { axes: [1], keepdim: false }, [1, 3], [1, Number.NaN, 2])).toEqual([Number.NaN]);
  expect(resultOf('amin', { axes: [1], keepdim: false }, [1, 3], [1, Number.NaN, 2])).toEqual([Number.NaN]);
  const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false };
  expect(resultOf('max_pool2d_index', window, [1, 1, 2, 4], [1, 3, 0, 0, 3, 2, Number.NaN, 9])).toEqual([1, 2]);
});

test('padding never wins a max pool, also where everything is negative', () => {
  const window = { kernel: [3, 3], stride: [2, 2], padding: [1, 1], ceil: false };
  expect(resultOf('max_pool2d', window, [1, 1, 2, 2], [-4, -3, -2, -1])).toEqual([-1]);
});

test("average pooling divides by PyTorch's counts: padding counts, what sticks out beyond it does not", () => {
  const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: true };
  expect(resultOf('avg_pool2d', window, [1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([3, 4.5, 7.5, 9]);
  const padded = { kernel: [2, 2], stride: [2, 2], padding: [1, 1], ceil: false };
  expect(resultOf('avg_pool2d', padded, [1, 1, 2, 2], [4, 8, 12, 16])).toEqual([1, 2, 3, 4]);
});

test('with ceil the last pooling window starts inside the image', () => {
  const window = { kernel: [2, 2], stride: [3, 3], padding: [0, 0], ceil: true };
  // ceil((6 - 2) / 3) + 1 would be 3 windows, of which the third would start at 6, beyond the last element.
  expect(resultOf('max_pool2d', window, [1, 1, 6, 6], [...Array(36).keys()])).toEqual([7, 10, 25, 28]);
});

const N = dim.symbol('N');
const type = (element: ElementType, ...sizes: (number | typeof N)[]): TensorType => ({
  element,
  shape: sizes.map((size) => (typeof size === 'number' ? dim.int(size) : size)),
});
const conv = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
const pool = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false };

const refusals: readonly [string, readonly TensorType[], Attributes, string][] = [
  ['add', [type('f32', N, 3), type('f32', N, 4)], {}, 'axis -1 is 3 and 4'],
  ['add', [type('f32', 3), type('i32', 3)], {}, 'add wants all f32 or all i32, but gets f32[3] and i32[3]'],
  ['mul', [type('u8', 3), type('u8', 3)], {}, 'mul wants all f32 or all i32'],
  ['select', [type('f32', 3), type('f32', 3), type('f32', 3)], {}, 'a bool condition'],
  ['matmul', [type('f32', N, 5), type('f32', 4, 2)], {}, 'the left side has 5 columns, but the right side 4 rows'],
  ['matmul', [type('f32', 5), type('f32', 5, 2)], {}, 'at least two dimensions, but gets f32[5]'],
  ['conv2d', [type('f32', N, 3, 8, 8), type('f32', 4, 2, 3, 3)], conv, 'for 2 channels, but the image has 3'],
  ['conv2d', [type('f32', N, 2, 3, 3), type('f32', 4, 2, 5, 5)], conv, 'the 5x5 kernel does not fit the 3x3 input'],
  ['conv2d', [type('f32', N, 3, 8), type('f32', 4, 3, 3, 3)], conv, 'must have 4 dimensions, but it is f32[N, 3, 8]'],
  ['conv2d', [type('u8', N, 3, 8, 8), type('f32', 4, 3, 3, 3)], conv, 'must be f32, but it is u8[N, 3, 8, 8]'],
  [
    'conv2d',
    [type('f32', N, 3, 8, 8), type('f32', 4, 3, 3, 3)],
    { ...conv, groups: 2 },
    'groups=2 does not divide the 3',
  ],
  [
    'conv2d',
    [type('f32', N, 3, 8, 8), type('f32', 4, 3, 3, 3)],
    { ...conv, stride: [0, 1] },
    'the stride is at least 1',
  ],
  ['max_pool2d', [type('f32', N, 3, 1, 8)], pool, 'the 2x2 window does not fit the 1x8 input'],
  ['max_pool2d', [type('f32', N, 3, 8, 8)], { ...pool, padding: [2, 2] }, 'more than half of the 2x2 window'],
  ['sum', [type('f32', N, 3)], { axes: [2], keepdim: false }, 'there is no axis 2 in f32[N, 3]'],
  ['sum', [type('f32', N, 3)], { axes: [1, 1], keepdim: false }, 'named twice'],
  ['argmax', [type('i32', N, 3)], { axis: 1, keepdim: false }, "argmax's input must be f32"],
  [
    'reshape',
    [type('f32', N, 12)],
    { shape: [N, dim.int(10)] },
    'f32[N, 12] has 12 * N elements, but the shape [N, 10] has 10 * N',
  ],
  ['permute', [type('f32', N, 12)], { order: [0] }, 'has 1 axes, but f32[N, 12] has 2'],
  ['broadcast_to', [type('f32', 3)], { shape: [N, dim.int(4)] }, 'f32[3] cannot be repeated to the shape [N, 4]'],
  ['slice', [type('f32', N, 12)], { axis: 1, start: 4, end: 13 }, '4 to 13 is no range of axis 1 of f32[N, 12]'],
  ['pad', [type('f32', 3)], { before: [-1], after: [0], value: 0 }, 'pad cannot add -1 elements'],
  ['flip', [type('f32', 3)], { axes: [1] }, 'there is no axis 1'],
  ['concat', [type('f32', 3, 2), type('f32', 3, 3)], { axis: 0 }, 'wants all other axes equal'],
];

for (const [op, inputs, attributes, words] of refusals) {
  test(`${op} refuses: ${words}`, () => {
    const result = operatorNamed(op).infer(inputs, attributes);
    expect(isProblem(result) ? result.problem : 'accepted').toContain(words);
  });
}
