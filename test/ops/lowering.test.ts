/** The shape of lowerings in the common cases: where no guard, loop or division is needed there is none. */
import { expect, test } from 'vitest';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { Expr } from '../../compiler/ops/expr.ts';
import { isProblem } from '../../compiler/ops/infer.ts';
import { apply, createLowering, memoryReader } from '../../compiler/ops/lowering.ts';
import { operatorNamed } from '../../compiler/ops/registry.ts';
import type { Attributes, ElementType } from '../../compiler/ops/types.ts';

const N = dim.symbol('N');
const shape = (...sizes: (number | Dim)[]): Dim[] =>
  sizes.map((size) => (typeof size === 'number' ? dim.int(size) : size));

/** The lowering as text: kinds and scalar functions in prefix form, index arithmetic included. */
function lower(op: string, attributes: Attributes, ...inputs: (readonly [readonly Dim[], ElementType?])[]): string {
  const types = inputs.map(([dims, element = 'f32']) => ({ element, shape: dims }));
  const operator = operatorNamed(op);
  const type = operator.infer(types, attributes);
  if (isProblem(type)) throw new Error(type.problem);
  const index = type.shape.map((extent, i): Expr => ({ kind: 'axis', type: 'i32', axis: { id: `i${i}`, extent } }));
  const readers = types.map((input, i) => memoryReader(i, input));
  return show(operator.lower(createLowering(), readers, { type, attributes }, index));
}

function show(expr: Expr): string {
  switch (expr.kind) {
    case 'const':
      return String(expr.value);
    case 'axis':
      return expr.axis.id;
    case 'size':
      return dim.show(expr.dim);
    case 'load':
      return `t${expr.tensor}[${expr.indices.map(show).join(', ')}]`;
    case 'apply':
      return `${expr.fn}(${expr.args.map(show).join(', ')})`;
    case 'guard':
      return `guard(${show(expr.condition)}, ${show(expr.value)}, ${show(expr.otherwise)})`;
    case 'reduce':
      return `${expr.combine}[${expr.axes.map(({ id, extent }) => `${id}<${dim.show(extent)}`).join(' ')}](${show(expr.body)})`;
    default:
      return expr.name;
  }
}

const plain = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
const pool = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceil: false };

test('a convolution without padding has no guard and only affine indices', () => {
  expect(lower('conv2d', plain, [shape(N, 32, 13, 13)], [shape(64, 32, 3, 3)])).toBe(
    'sum[r0<3 r1<3 r2<32](mul(t0[i0, r2, add(i2, r0), add(i3, r1)], t1[i1, r2, r0, r1]))',
  );
});

test('a single input channel makes no loop over channels', () => {
  expect(lower('conv2d', plain, [shape(N, 1, 28, 28)], [shape(32, 1, 3, 3)])).toBe(
    'sum[r0<3 r1<3](mul(t0[i0, 0, add(i2, r0), add(i3, r1)], t1[i1, 0, r0, r1]))',
  );
});

test('padding is guarded by one range for each axis', () => {
  const padded = { ...plain, padding: [1, 0] };
  const text = lower('conv2d', padded, [shape(N, 4, 9, 9)], [shape(8, 4, 3, 3)]);
  const h = 'sub(add(i2, r0), 1)';
  expect(text).toContain(`guard(and(ge(${h}, 0), lt(${h}, 9)), `);
});

test('the image gradient of a convolution with stride 1 tests ranges only, each axis by itself', () => {
  const text = lower(
    'conv2d_input_grad',
    { ...plain, size: shape(13, 13) },
    [shape(N, 64, 11, 11)],
    [shape(64, 32, 3, 3)],
  );
  const h = 'add(i2, sub(0, r0))';
  const w = 'add(i3, sub(0, r1))';
  expect(text).toBe(
    `sum[r0<3 r1<3 r2<64](guard(and(and(and(ge(${h}, 0), lt(${h}, 11)), ge(${w}, 0)), lt(${w}, 11)), ` +
      `mul(t0[i0, r2, ${h}, ${w}], t1[r2, i1, r0, r1]), 0))`,
  );
});

test('the weight gradient sums over the batch and all windows', () => {
  expect(lower('conv2d_weight_grad', { ...plain, kernel: [3, 3] }, [shape(N, 1, 28, 28)], [shape(N, 32, 26, 26)])).toBe(
    'sum[r0<N r1<26 r2<26](mul(t0[r0, i1, add(r1, i2), add(r2, i3)], t1[r0, i0, r1, r2]))',
  );
});

test('pooling windows side by side need no guard, not even where elements are left over', () => {
  expect(lower('max_pool2d', pool, [shape(N, 64, 11, 11)])).toBe(
    'max[r0<2 r1<2](t0[i0, i1, add(mul(i2, 2), r0), add(mul(i3, 2), r1)])',
  );
});

test('their gradient is one guarded load, without a loop', () => {
  const dy = shape(N, 64, 5, 5);
  const at = 'i0, i1, idiv(i2, 2), idiv(i3, 2)';
  const position = 'add(mul(imod(i2, 2), 2), imod(i3, 2))';
  const won = `select(eq(t1[${at}], ${position}), t0[${at}], 0)`;
  expect(lower('max_pool2d_grad', { ...pool, size: shape(10, 10) }, [dy], [dy, 'i32'])).toBe(won);
  const left = lower('max_pool2d_grad', { ...pool, size: shape(11, 11) }, [dy], [dy, 'i32']);
  expect(left).toBe(`guard(and(lt(idiv(i2, 2), 5), lt(idiv(i3, 2), 5)), ${won}, 0)`);
});

test('flattening divides, unflattening does not; the batch stays as it is', () => {
  expect(lower('reshape', { shape: shape(N, 12) }, [shape(N, 3, 2, 2)])).toBe(
    't0[i0, idiv(idiv(i1, 2), 2), imod(idiv(i1, 2), 2), imod(i1, 2)]',
  );
  expect(lower('reshape', { shape: shape(N, 3, 4) }, [shape(N, 12)])).toBe('t0[i0, add(mul(i1, 4), i2)]');
  expect(lower('reshape', { shape: shape(N, 1, 5) }, [shape(N, 5)])).toBe('t0[i0, i2]');
});

test('constants are folded and neutral elements dropped', () => {
  const l = createLowering();
  const x: Expr = { kind: 'uniform', type: 'f32', name: 'x' };
  expect(show(apply('mul', l.float(2), l.float(3)))).toBe('6');
  expect(show(apply('mul', x, l.float(1)))).toBe('x');
  expect(show(apply('mul', x, l.float(0)))).toBe('mul(x, 0)');
  expect(show(l.guard(l.all(), x, l.float(0)))).toBe('x');
  expect(show(l.guard(l.all(apply('lt', l.int(3), l.int(2))), x, l.float(0)))).toBe('0');
});
