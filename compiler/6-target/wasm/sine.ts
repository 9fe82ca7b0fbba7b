/**
 * Sine and cosine in float64: x less the nearest multiple of pi / 2, then Taylor's series on what is left, |r| <= pi / 4.
 * pi / 2 stands as a sum of two numbers of which the first has 33 bits, so that its multiples are exact up to 2^20 of them:
 * the result, rounded to float32, is within an ulp for |x| up to 1e6. Beyond that less and less of it is right, but it stays
 * a number between -1 and 1; infinities and NaN give NaN.
 */
import type { Assembler } from './assembler.ts';

const HALF_PI_HIGH = 1.5707963267341256;
const HALF_PI_LOW = 6.077100506506192e-11;

/** 1, -1/3!, 1/5!, … for sine (`from` 1) and 1, -1/2!, 1/4!, … for cosine (`from` 0), in powers of r^2. */
function series(from: 0 | 1): number[] {
  const coefficients = [1];
  for (let i = 1; i <= 7; i++) coefficients.push(-coefficients[i - 1] / ((2 * i + from) * (2 * i + from - 1)));
  return coefficients;
}

export type Polynomial = (a: Assembler, x: number, coefficients: readonly number[]) => void;

/** Float64 code that replaces the number on the stack by its sine, or by its cosine (`quarters` 1). */
export function sine(quarters: 0 | 1, polynomial: Polynomial): (a: Assembler) => void {
  return (a) => {
    const x = a.local('f64');
    const n = a.local('f64');
    const square = a.local('f64');
    const quadrant = a.local('i32');
    const result = a.local('f64');
    a.tee(x);
    a.f64(2 / Math.PI);
    a.op('f64.mul', 'f64.nearest');
    // Not -0: the sine of -0 is -0.
    a.f64(0);
    a.op('f64.add');
    a.tee(n);
    a.op('i32.trunc_sat_f64_s');
    a.i32(quarters);
    a.op('i32.add');
    a.set(quadrant);
    a.get(x);
    for (const part of [HALF_PI_HIGH, HALF_PI_LOW]) {
      a.get(n);
      a.f64(part);
      a.op('f64.mul', 'f64.sub');
    }
    // Infinities have become NaN, as infinity - infinity, which min and max pass on.
    a.f64(-1);
    a.op('f64.max');
    a.f64(1);
    a.op('f64.min');
    a.tee(x);
    a.get(x);
    a.op('f64.mul');
    a.set(square);
    // Odd quadrants take the cosine.
    a.get(quadrant);
    a.i32(1);
    a.op('i32.and');
    a.if('f64');
    polynomial(a, square, series(0));
    a.op('else');
    polynomial(a, square, series(1));
    a.get(x);
    a.op('f64.mul', 'end');
    a.set(result);
    // The third and fourth are the first and second, negated.
    a.get(result);
    a.op('f64.neg');
    a.get(result);
    a.get(quadrant);
    a.i32(2);
    a.op('i32.and', 'select');
  };
}
