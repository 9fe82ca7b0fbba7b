/**
 * What float32 may make of a program, element by element: the unfused program runs in float64 as it is, and several times
 * with every result moved at random by as much as rounding could (relative to its magnitude; a sum's relative to those of
 * its summands, so that cancellation counts). How far an element strays is what a device may be off there, and where rounding
 * turns a comparison over, that shows in the elements it decides. So wrong results have nowhere to hide, and right ones pass.
 */
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import type { ScalarFunction } from '../../compiler/ops/scalar.ts';
import type { Inaccuracy, Noise } from './script.ts';

/** Half a unit in the last place of 1. */
const U = 2 ** -24;
/** A comparison that rounding turns over is turned over in half of the runs: in one of these, nearly always. */
export const RUNS = 4;
/** The noise is a few units, what adds up in a device's order of operations may be more. */
const SAFETY = 4;
/** Where the tolerance is more than this share of a tensor's largest element, the comparison says little. */
const VAGUE = 1e-3;
/** In float64 a fused program may be off by this share of what it may be in float32. */
export const DOUBLE = 1e-6;
/** Devices flush what is smaller than float32's normal numbers to zero. */
const TINY = 2 ** -120;

const rounded: Inaccuracy = { relative: 4 * U, absolute: 0 };
const divided: Inaccuracy = { relative: 8 * U, absolute: 0 };
const series: Inaccuracy = { relative: 32 * U, absolute: 0 };
/** Where the result may be near zero without the argument being so. */
const crossing: Inaccuracy = { relative: 32 * U, absolute: 16 * U };

const functions: Readonly<Record<ScalarFunction, Inaccuracy | undefined>> = {
  add: rounded,
  sub: rounded,
  mul: rounded,
  div: divided,
  sqrt: divided,
  exp: series,
  sigmoid: series,
  pow: series,
  log: crossing,
  tanh: crossing,
  sin: crossing,
  cos: crossing,
  neg: undefined,
  abs: undefined,
  max: undefined,
  min: undefined,
  relu: undefined,
  floor: undefined,
  ceil: undefined,
  round: undefined,
  select: undefined,
  to_f32: undefined,
  philox: undefined,
  // What follows is of whole numbers and conditions.
  idiv: undefined,
  imod: undefined,
  lt: undefined,
  le: undefined,
  gt: undefined,
  ge: undefined,
  eq: undefined,
  ne: undefined,
  and: undefined,
  or: undefined,
  not: undefined,
  to_i32: undefined,
  is_finite: undefined,
};

export const float32: Noise = { of: functions, sum: { once: 4 * U, root: U }, constant: U };

/** Numbers in -1..1, the same for the same seed. */
export function noiseFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

export interface Bounded {
  readonly value: ReferenceTensor;
  readonly tolerance: Float64Array;
  /** The share of elements of which the tolerance says little. */
  readonly vague: number;
}

/** A tensor's exact elements with how far off each may be, from what they were in runs with noise. */
export function bound(value: ReferenceTensor, runs: readonly ReferenceTensor[]): Bounded {
  const strayed = value.data.map((exact, i) => Math.max(...runs.map(({ data }) => Math.abs(data[i] - exact))));
  const moved = strayed.filter((off) => off > 0).sort();
  // An element may have strayed little by chance; most of its kin did not.
  const usual = moved[moved.length >> 1] ?? 0;
  const largest = value.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  // One of which all summands are zero may have its neighbours' rounding: in a transformed tile they are computed together.
  const tolerance = strayed.map((off) => SAFETY * (off + usual) + TINY);
  const vague = tolerance.filter((allowed) => !(allowed <= VAGUE * largest)).length;
  return { value, tolerance, vague: largest === 0 ? 0 : vague / Math.max(1, tolerance.length) };
}

/** The element that is furthest off for what it may be, if any is too far. `share`: of the tolerance. */
export function firstWrong({ value, tolerance }: Bounded, actual: ReferenceTensor, share = 1): string | undefined {
  if (actual.data.length !== value.data.length) return `${actual.data.length} elements, not ${value.data.length}`;
  let worst = 1;
  let at = -1;
  for (const [i, exact] of value.data.entries()) {
    const off = Math.abs(actual.data[i] - exact) / (share * tolerance[i] + Number.EPSILON * 64 * Math.abs(exact));
    // NaN is off as well.
    if (off <= worst) continue;
    worst = off;
    at = i;
    if (Number.isNaN(off)) break;
  }
  if (at < 0) return undefined;
  const wrong = value.data.reduce(
    (sum, exact, i) => sum + (Math.abs(actual.data[i] - exact) <= share * tolerance[i] ? 0 : 1),
    0,
  );
  return `element ${at} of [${value.shape}] is ${actual.data[at]}, not ${value.data[at]} ± ${tolerance[at]}; ${wrong} of ${value.data.length} are off`;
}
