/**
 * Philox4x32-10 as WebAssembly: one draw, and four at once. Only the first word of each block is used, its upper 24 bits
 * as a number in [0, 1). The same bits as `ops/philox.ts`.
 */
import { DRAW_PURPOSE, PHILOX } from '../../ops/philox.ts';
import { Assembler, type FunctionCode } from './assembler.ts';

const [M0, M1] = PHILOX.multipliers;
const [W0, W1] = PHILOX.weyl;

/** (element, site, key0, key1: i32) -> f32 */
export function philox(): FunctionCode {
  const a = new Assembler('philox', ['i32', 'i32', 'i32', 'i32'], ['f32']);
  const [x0, x1, k0, k1] = [0, 1, 2, 3];
  const [x2, x3] = [a.local('i32'), a.local('i32')];
  const [p0, p1] = [a.local('i64'), a.local('i64')];
  const product = (word: number, multiplier: number, to: number): void => {
    a.get(word);
    a.op('i64.extend_i32_u');
    a.i32(multiplier);
    a.op('i64.extend_i32_u', 'i64.mul');
    a.set(to);
  };
  /** word = high half of the product ^ other ^ key, low = its low half. */
  const mix = (from: number, word: number, other: number, key: number, low: number): void => {
    a.get(from);
    a.i64(32);
    a.op('i64.shr_u', 'i32.wrap_i64');
    a.get(other);
    a.op('i32.xor');
    a.get(key);
    a.op('i32.xor');
    a.set(word);
    a.get(from);
    a.op('i32.wrap_i64');
    a.set(low);
  };
  const grow = (key: number, by: number): void => {
    a.get(key);
    a.i32(by);
    a.op('i32.add');
    a.set(key);
  };
  a.i32(DRAW_PURPOSE);
  a.set(x3);
  for (let round = 0; round < PHILOX.rounds; round++) {
    product(x0, M0, p0);
    product(x2, M1, p1);
    mix(p1, x0, x1, k0, x1);
    mix(p0, x2, x3, k1, x3);
    grow(k0, W0);
    grow(k1, W1);
  }
  a.get(x0);
  a.i32(8);
  a.op('i32.shr_u', 'f32.convert_i32_s');
  a.f32(2 ** -24);
  a.op('f32.mul');
  return a.finish(false);
}

/** Byte indices of the upper and the lower halves of two vectors of 64-bit products. */
const UPPER = [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31];
const LOWER = UPPER.map((byte) => byte - 4);

const splat = (value: number): Int32Array => new Int32Array(4).fill(value | 0);

/** The same of four lanes: (elements, sites, key0s, key1s: i32x4) -> f32x4 */
export function philox4(): FunctionCode {
  const a = new Assembler('philox4', ['v128', 'v128', 'v128', 'v128'], ['v128']);
  const [x0, x1, k0, k1] = [0, 1, 2, 3];
  const [x2, x3] = [a.local('v128'), a.local('v128')];
  const products = [0, 1].map(() => ({ front: a.local('v128'), back: a.local('v128') }));
  const product = (word: number, multiplier: number, { front, back }: { front: number; back: number }): void => {
    for (const [half, to] of [
      ['low', front],
      ['high', back],
    ] as const) {
      a.get(word);
      a.v128(splat(multiplier));
      a.op(`i64x2.extmul_${half}_i32x4_u`);
      a.set(to);
    }
  };
  const mix = (from: { front: number; back: number }, word: number, other: number, key: number, low: number): void => {
    a.get(from.front);
    a.get(from.back);
    a.shuffle(UPPER);
    a.get(other);
    a.op('v128.xor');
    a.get(key);
    a.op('v128.xor');
    a.set(word);
    a.get(from.front);
    a.get(from.back);
    a.shuffle(LOWER);
    a.set(low);
  };
  const grow = (key: number, by: number): void => {
    a.get(key);
    a.v128(splat(by));
    a.op('i32x4.add');
    a.set(key);
  };
  a.v128(splat(DRAW_PURPOSE));
  a.set(x3);
  for (let round = 0; round < PHILOX.rounds; round++) {
    product(x0, M0, products[0]);
    product(x2, M1, products[1]);
    mix(products[1], x0, x1, k0, x1);
    mix(products[0], x2, x3, k1, x3);
    grow(k0, W0);
    grow(k1, W1);
  }
  a.get(x0);
  a.i32(8);
  a.op('i32x4.shr_u', 'f32x4.convert_i32x4_s');
  a.v128(new Float32Array(4).fill(2 ** -24));
  a.op('f32x4.mul');
  return a.finish(false);
}
