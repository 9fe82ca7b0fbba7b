/** Which accesses share a pointer in WebAssembly, and that a pointer is an address wherever what it is for lies in a buffer. */
import { expect, test } from 'vitest';
import { type Access, accessOf } from '../../compiler/6-target/wasm/addresses.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Axis, Expr } from '../../compiler/ops/expr.ts';
import { apply } from '../../compiler/ops/lowering.ts';
import { LOWEST_ADDRESS } from '../../runtime/program.ts';

const loop: Axis = { id: 'r', extent: dim.int(256) };
/** A place that was worked out before: nothing is known of how large it is. */
const first: Expr = { kind: 'local', type: 'i32', name: 'first0' };
const column: Expr = { kind: 'axis', type: 'i32', axis: { id: 'w', extent: dim.int(7) } };
const step: Expr = { kind: 'axis', type: 'i32', axis: loop };

const number = (value: number): Expr => ({ kind: 'const', type: 'i32', value });
const at = (place: Expr, constant: number): Access => {
  const address = apply('add', apply('add', apply('mul', place, number(512)), step), number(constant));
  const access = accessOf(0, address, undefined, loop);
  if (!access) throw new Error('the address is affine');
  return access;
};

/** A pointer's distance below what is read through it, in elements. */
const below = ({ constant }: Access): number => constant;

test.each([
  ['known', column],
  ['not known', first],
])('neighbours before a border share a pointer, whether their place is %s', (_name, place) => {
  const accesses = [-3840, -3328, -2816, -2304].map((constant) => at(place, constant));
  expect(new Set(accesses.map(({ family }) => family)).size).toBe(1);
  expect(accesses.map(({ constant }) => constant - accesses[0].constant)).toEqual([0, 512, 1024, 1536]);
});

test.each([
  ['known', column],
  ['not known', first],
])('a pointer below what it is for is no lower than buffers begin: place %s', (_name, place) => {
  for (const constant of [-50_000, -16_385, -16_384, -1, 0]) {
    expect(below(at(place, constant))).toBeGreaterThanOrEqual(0);
    expect(4 * below(at(place, constant))).toBeLessThan(LOWEST_ADDRESS);
  }
});

test("where the rest is never negative all of a constant is the instruction's", () => {
  expect(at(column, 11_131_136).constant).toBe(11_131_136);
  expect(4 * at(first, 11_131_136).constant).toBeLessThan(LOWEST_ADDRESS);
});
