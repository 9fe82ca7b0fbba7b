/** Index arithmetic: the normal form is the same function, and loses the divisions that it can. */
import { expect, test } from 'vitest';
import { addScaled, constantAffine, fromAffine, joinDigits, toAffine } from '../../compiler/5-loop/affine.ts';
import { simplify } from '../../compiler/5-loop/simplify.ts';
import { splitAxes } from '../../compiler/5-loop/split-axes.ts';
import { axisExpr, intExpr, keyOf, sizeExpr } from '../../compiler/5-loop/walk.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { Axis, Expr } from '../../compiler/ops/expr.ts';

const axis = (id: string, extent: number): Axis => ({ id, extent: dim.int(extent) });
const apply = (fn: 'add' | 'sub' | 'mul' | 'idiv' | 'imod', a: Expr, b: Expr | number): Expr => ({
  kind: 'apply',
  type: 'i32',
  fn,
  args: [a, typeof b === 'number' ? intExpr(b) : b],
});

function value(expr: Expr, env: Record<string, number>): number {
  if (expr.kind === 'const') return expr.value;
  if (expr.kind === 'axis') return env[expr.axis.id];
  if (expr.kind !== 'apply') throw new Error(expr.kind);
  const [a, b] = expr.args.map((arg) => value(arg, env));
  const results: Record<string, number> = { add: a + b, sub: a - b, mul: a * b, idiv: Math.floor(a / b), imod: a % b };
  return results[expr.fn];
}

test('a reshape back and forth is the identity', () => {
  const [c, h, w] = [axis('c', 128), axis('h', 3), axis('w', 3)];
  const flat = apply('add', apply('add', apply('mul', axisExpr(c), 9), apply('mul', axisExpr(h), 3)), axisExpr(w));
  expect(keyOf(simplify(apply('idiv', flat, 9)))).toBe('@c');
  expect(keyOf(simplify(apply('imod', apply('idiv', flat, 3), 3)))).toBe('@h');
  expect(keyOf(simplify(apply('imod', flat, 3)))).toBe('@w');
});

test('a number of blocks is divided without the place in a block', () => {
  const place = apply('add', apply('mul', axisExpr(axis('b', 30)), 4), axisExpr(axis('l', 4)));
  expect(keyOf(simplify(apply('idiv', place, 12)))).toBe('idiv(@b,i32:3)');
  expect(keyOf(simplify(apply('imod', place, 12)))).toBe('add(@l,mul(imod(@b,i32:3),i32:4))');
  // The place takes part where a block may reach over the edge.
  expect(keyOf(simplify(apply('idiv', place, 6)))).toContain('@l');
});

test('a layout joins the digits of an index again, also those in the middle', () => {
  const r = axisExpr(axis('r', 1024));
  const digits: [Expr, number][] = [
    [apply('idiv', r, 512), 512],
    [apply('imod', apply('idiv', r, 256), 2), 256],
    [apply('imod', r, 256), 1],
  ];
  const sum = digits.reduce((all, [digit, stride]) => addScaled(all, toAffine(digit), stride), constantAffine(0));
  expect(keyOf(fromAffine(joinDigits(sum)))).toBe('@r');
});

test('an axis that is taken apart becomes several, and every index affine', () => {
  const k = axis('k', 1152);
  const parts = [
    apply('idiv', axisExpr(k), 9),
    apply('idiv', apply('imod', axisExpr(k), 9), 3),
    apply('imod', axisExpr(k), 3),
  ];
  const split = splitAxes([k], [...parts, axisExpr(k)]);
  expect(split.axes.map((a) => dim.constant(a.extent))).toEqual([128, 3, 3]);
  for (const expr of split.exprs) for (const { atom } of toAffine(expr).terms.values()) expect(atom.kind).toBe('axis');
});

test('random index expressions keep their values', () => {
  const [a, b] = [axis('a', 6), axis('b', 10)];
  let state = 1;
  const random = (n: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * n);
  };
  const build = (depth: number): Expr => {
    if (depth === 0) return [axisExpr(a), axisExpr(b), intExpr(random(5))][random(3)];
    const fn = (['add', 'mul', 'idiv', 'imod'] as const)[random(4)];
    return apply(fn, build(depth - 1), fn === 'add' ? build(depth - 1) : 1 + random(7));
  };
  for (let round = 0; round < 300; round++) {
    const expr = build(4);
    const simple = simplify(expr);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 10; j++) expect(value(simple, { a: i, b: j })).toBe(value(expr, { a: i, b: j }));
    }
  }
});

test('a remainder of numbers from memory may be negative: it needs its guard', () => {
  const loaded: Expr = { kind: 'load', type: 'i32', tensor: 0, indices: [] };
  const natural = (value: Expr): Expr => ({ kind: 'apply', type: 'bool', fn: 'ge', args: [value, intExpr(0)] });
  expect(simplify(natural(apply('imod', axisExpr(axis('a', 6)), 4))).kind).toBe('const');
  expect(simplify(natural(apply('imod', loaded, 4))).kind).toBe('apply');
});

test('an axis over the batch ends before the batch does', () => {
  const batch = dim.symbol('N');
  const doubled = dim.mul(batch, dim.int(2));
  const n = axisExpr({ id: 'n', extent: batch });
  const rows = axisExpr({ id: 'rows', extent: doubled });
  const below = (value: Expr, size: Dim): Expr =>
    simplify({ kind: 'apply', type: 'bool', fn: 'lt', args: [value, sizeExpr(size)] });
  expect(below(n, batch)).toMatchObject({ kind: 'const', value: 1 });
  expect(below(apply('add', apply('mul', n, 2), 1), doubled)).toMatchObject({ kind: 'const', value: 1 });
  expect(below(rows, doubled)).toMatchObject({ kind: 'const', value: 1 });
  expect(below(rows, batch).kind).toBe('apply');
  expect(below(apply('add', n, 1), batch).kind).toBe('apply');
});
