/**
 * The functions that WebAssembly has no instruction for. Computed in float64 by range reduction and a polynomial, so
 * that the result, rounded to float32, is within an ulp of the exact value; the same bits on every engine.
 */
import { Assembler, type FunctionCode } from './assembler.ts';
import { philox, philox4 } from './philox.ts';
import { sine } from './sine.ts';

/** In the order of their function indices: what is called often first, because a module holds them up to the last it calls. */
const ROUTINES = [
  'exp64',
  'log64',
  'exp',
  'log',
  'tanh',
  'sigmoid',
  'pow',
  'is_finite',
  'philox',
  'philox4',
  'sin',
  'cos',
] as const;
type Routine = (typeof ROUTINES)[number];

/** The function index of a routine; the library stands first in a module. */
export function routineIndex(name: string): number {
  const names: readonly string[] = ROUTINES;
  const index = names.indexOf(name);
  if (index < 0) throw new Error(`the WebAssembly library has no routine ${name}`);
  return index;
}

export function library(): FunctionCode[] {
  return ROUTINES.map((name) => builders[name]());
}

/** The library as far as the kernels need it: what stands behind the last routine that one of them calls is left out. */
export function libraryFor(kernels: readonly FunctionCode[]): FunctionCode[] {
  return library().slice(0, Math.max(0, ...kernels.map(({ calls }) => Math.max(-1, ...calls) + 1)));
}

const builders: Readonly<Record<Routine, () => FunctionCode>> = {
  exp64,
  log64,
  exp: () => through('exp', (a) => a.call(routineIndex('exp64'))),
  log: () => through('log', (a) => a.call(routineIndex('log64'))),
  tanh: () => through('tanh', tanh),
  sigmoid: () =>
    through('sigmoid', (a) => {
      const x = a.local('f64');
      a.op('f64.neg');
      a.call(routineIndex('exp64'));
      a.set(x);
      a.f64(1);
      a.get(x);
      a.f64(1);
      a.op('f64.add', 'f64.div');
    }),
  pow,
  is_finite: isFiniteRoutine,
  philox,
  philox4,
  sin: () => through('sin', sine(0, polynomial)),
  cos: () => through('cos', sine(1, polynomial)),
};

/** An f32 -> f32 function around float64 code that finds its argument on the stack. */
function through(name: string, body: (a: Assembler) => void): FunctionCode {
  const a = new Assembler(name, ['f32'], ['f32']);
  a.get(0);
  a.op('f64.promote_f32');
  body(a);
  a.op('f32.demote_f64');
  return a.finish(false);
}

/** Horner's rule: c[0] + x (c[1] + x (…)). */
function polynomial(a: Assembler, x: number, coefficients: readonly number[]): void {
  const [last, ...rest] = [...coefficients].reverse();
  a.f64(last);
  for (const coefficient of rest) {
    a.get(x);
    a.op('f64.mul');
    a.f64(coefficient);
    a.op('f64.add');
  }
}

/** e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2, and Taylor's series to r^10 (error 1e-13). */
function exp64(): FunctionCode {
  const a = new Assembler('exp64', ['f64'], ['f64']);
  const n = a.local('f64');
  const r = a.local('f64');
  // Beyond these, the float32 result is 0 or infinite anyway; NaN passes.
  a.get(0);
  a.f64(-700);
  a.op('f64.max');
  a.f64(700);
  a.op('f64.min');
  a.tee(r);
  a.f64(Math.LOG2E);
  a.op('f64.mul', 'f64.nearest');
  a.set(n);
  a.get(r);
  a.get(n);
  a.f64(Math.LN2);
  a.op('f64.mul', 'f64.sub');
  a.set(r);
  const factorials = [1];
  for (let i = 1; i <= 10; i++) factorials.push(factorials[i - 1] * i);
  polynomial(
    a,
    r,
    factorials.map((f) => 1 / f),
  );
  a.get(n);
  a.op('i32.trunc_sat_f64_s', 'i64.extend_i32_s');
  a.i64(1023);
  a.op('i64.add');
  a.i64(52);
  a.op('i64.shl', 'f64.reinterpret_i64', 'f64.mul');
  return a.finish(false);
}

/** log x = e ln 2 + 2 artanh((m - 1) / (m + 1)) with x = 2^e m, m in [sqrt(1/2), sqrt(2)), to the 15th power. */
function log64(): FunctionCode {
  const a = new Assembler('log64', ['f64'], ['f64']);
  const bits = a.local('i64');
  const e = a.local('i32');
  const m = a.local('f64');
  const s = a.local('f64');
  const square = a.local('f64');
  // 0 -> -infinity, negative -> NaN, infinity and NaN pass.
  a.get(0);
  a.f64(0);
  a.op('f64.eq');
  a.if();
  a.f64(Number.NEGATIVE_INFINITY);
  a.op('return', 'end');
  a.get(0);
  a.f64(0);
  a.op('f64.lt');
  a.if();
  a.f64(Number.NaN);
  a.op('return', 'end');
  a.get(0);
  a.f64(Number.MAX_VALUE);
  a.op('f64.le', 'i32.eqz');
  a.if();
  a.get(0);
  a.op('return', 'end');
  a.get(0);
  a.op('i64.reinterpret_f64');
  a.tee(bits);
  a.i64(52);
  a.op('i64.shr_u', 'i32.wrap_i64');
  a.i32(1023);
  a.op('i32.sub');
  a.set(e);
  // The mantissa with exponent 0: in [1, 2).
  a.get(bits);
  a.i64(12);
  a.op('i64.shl');
  a.i64(12);
  a.op('i64.shr_u');
  a.i64(1023);
  a.i64(52);
  a.op('i64.shl', 'i64.or', 'f64.reinterpret_i64');
  a.tee(m);
  a.f64(Math.SQRT2);
  a.op('f64.ge');
  a.if();
  a.get(m);
  a.f64(0.5);
  a.op('f64.mul');
  a.set(m);
  a.get(e);
  a.i32(1);
  a.op('i32.add');
  a.set(e);
  a.op('end');
  a.get(m);
  a.f64(1);
  a.op('f64.sub');
  a.get(m);
  a.f64(1);
  a.op('f64.add', 'f64.div');
  a.tee(s);
  a.get(s);
  a.op('f64.mul');
  a.set(square);
  polynomial(a, square, [2, 2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15]);
  a.get(s);
  a.op('f64.mul');
  a.get(e);
  a.op('f64.convert_i32_s');
  a.f64(Math.LN2);
  a.op('f64.mul', 'f64.add');
  return a.finish(false);
}

/** tanh x = 1 - 2 / (e^2x + 1), and x - x^3 / 3 near 0, where that would cancel. */
function tanh(a: Assembler): void {
  const x = a.local('f64');
  a.tee(x);
  a.get(x);
  a.get(x);
  a.get(x);
  a.op('f64.mul', 'f64.mul');
  a.f64(3);
  a.op('f64.div', 'f64.sub');
  a.f64(1);
  a.f64(2);
  a.get(x);
  a.get(x);
  a.op('f64.add');
  a.call(routineIndex('exp64'));
  a.f64(1);
  a.op('f64.add', 'f64.div', 'f64.sub');
  a.get(x);
  a.op('f64.abs');
  a.f64(1e-3);
  a.op('f64.lt', 'select');
}

/** C's pow: x^0 = 1; a negative base takes integer exponents only. */
function pow(): FunctionCode {
  const a = new Assembler('pow', ['f32', 'f32'], ['f32']);
  const result = a.local('f64');
  a.get(1);
  a.f32(0);
  a.op('f32.eq');
  a.if();
  a.f32(1);
  a.op('return', 'end');
  a.get(0);
  a.op('f32.abs', 'f64.promote_f32');
  a.call(routineIndex('log64'));
  a.get(1);
  a.op('f64.promote_f32', 'f64.mul');
  a.call(routineIndex('exp64'));
  a.set(result);
  a.get(0);
  a.f32(0);
  a.op('f32.lt');
  a.if();
  a.get(1);
  a.get(1);
  a.op('f32.floor', 'f32.ne');
  a.if();
  a.f32(Number.NaN);
  a.op('return', 'end');
  // Odd when half of it is not whole.
  a.get(1);
  a.f32(0.5);
  a.op('f32.mul');
  a.get(1);
  a.f32(0.5);
  a.op('f32.mul', 'f32.floor', 'f32.ne');
  a.if();
  a.get(result);
  a.op('f64.neg');
  a.set(result);
  a.op('end', 'end');
  a.get(result);
  a.op('f32.demote_f64');
  return a.finish(false);
}

function isFiniteRoutine(): FunctionCode {
  const a = new Assembler('is_finite', ['f32'], ['i32']);
  a.get(0);
  a.op('i32.reinterpret_f32');
  a.i32(0x7f800000);
  a.op('i32.and');
  a.i32(0x7f800000);
  a.op('i32.ne');
  return a.finish(false);
}
