/**
 * The table of scalar functions. A row says everything about one function: its types, its value (float64), its
 * derivative, and how each target spells it. Adding a scalar function is adding a row; `elementwise.ts` makes an
 * elementwise operator of each row that has a `derivative`.
 *
 * `wgsl`: an expression with $0, $1, … for the arguments, by argument type where types differ.
 * `wgsl4`: the same of four lanes, where WGSL has it: $0 may be a scalar or a vector, $v0 is a vector of four.
 * `wasm`: an instruction's mnemonic for each type (`f32x4` where the function has a vector form), or a routine of the
 * WASM target's small library, for scalars of type f32 (`call`) or for four lanes (`call4`).
 */
import type { ScalarType } from './expr.ts';
import { philoxUniform } from './philox.ts';
import type { OpBuilder, Value } from './primitive.ts';

/** The names of the table's rows. */
export type ScalarFunction =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'idiv'
  | 'imod'
  | 'neg'
  | 'abs'
  | 'max'
  | 'min'
  | 'relu'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'tanh'
  | 'sigmoid'
  | 'pow'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'sin'
  | 'cos'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'eq'
  | 'ne'
  | 'and'
  | 'or'
  | 'not'
  | 'select'
  | 'to_f32'
  | 'to_i32'
  | 'is_finite'
  | 'philox';

export interface WasmSpelling {
  readonly f32?: string;
  readonly f32x4?: string;
  readonly i32?: string;
  readonly bool?: string;
  /** A routine in `6-target/wasm/library`: f32 (, f32) -> f32 unless the row's types say otherwise. */
  readonly call?: string;
  /** The same of four lanes: each argument and the result a v128. */
  readonly call4?: string;
}

export interface ScalarRow {
  readonly arity: 1 | 2 | 3 | 4;
  /** The result's type given the arguments'. */
  readonly result: 'same' | ScalarType;
  readonly evaluate: (...args: number[]) => number;
  /** Factors by which the output's gradient is multiplied, one per argument; `zero` where it is flat. */
  readonly derivative: 'none' | ((g: OpBuilder, args: readonly Value[], output: Value) => readonly (Value | 'zero')[]);
  readonly wgsl: string | Readonly<Partial<Record<ScalarType, string>>>;
  readonly wgsl4?: string;
  readonly wasm: WasmSpelling;
  /** True where the host does not compute it, not even from numbers that it knows. */
  readonly deviceOnly?: boolean;
}

const truth = (condition: boolean): number => (condition ? 1 : 0);
const one = (g: OpBuilder): Value => g.constant(1);

/** Every scalar function; total, so that a missing row does not compile. */
export const scalarTable: Readonly<Record<ScalarFunction, ScalarRow>> = {
  add: {
    arity: 2,
    result: 'same',
    evaluate: (a, b) => a + b,
    derivative: (g) => [one(g), one(g)],
    wgsl: '($0 + $1)',
    wgsl4: '($0 + $1)',
    wasm: { f32: 'f32.add', f32x4: 'f32x4.add', i32: 'i32.add' },
  },
  sub: {
    arity: 2,
    result: 'same',
    evaluate: (a, b) => a - b,
    derivative: (g) => [one(g), g.constant(-1)],
    wgsl: '($0 - $1)',
    wgsl4: '($0 - $1)',
    wasm: { f32: 'f32.sub', f32x4: 'f32x4.sub', i32: 'i32.sub' },
  },
  mul: {
    arity: 2,
    result: 'same',
    evaluate: (a, b) => a * b,
    derivative: (_g, [a, b]) => [b, a],
    wgsl: '($0 * $1)',
    wgsl4: '($0 * $1)',
    wasm: { f32: 'f32.mul', f32x4: 'f32x4.mul', i32: 'i32.mul' },
  },
  div: {
    arity: 2,
    result: 'same',
    evaluate: (a, b) => a / b,
    derivative: (g, [, b], y) => [g.div(one(g), b), g.neg(g.div(y, b))],
    wgsl: '($0 / $1)',
    wgsl4: '($0 / $1)',
    wasm: { f32: 'f32.div', f32x4: 'f32x4.div' },
  },
  /** Floor division of non-negative integers (index arithmetic). */
  idiv: {
    arity: 2,
    result: 'same',
    evaluate: (a, b) => Math.floor(a / b),
    derivative: 'none',
    wgsl: '($0 / $1)',
    wasm: { i32: 'i32.div_s' },
  },
  imod: {
    arity: 2,
    result: 'same',
    evaluate: (a, b) => a - Math.floor(a / b) * b,
    derivative: 'none',
    wgsl: '($0 % $1)',
    wasm: { i32: 'i32.rem_s' },
  },
  neg: {
    arity: 1,
    result: 'same',
    evaluate: (a) => -a,
    derivative: (g) => [g.constant(-1)],
    wgsl: '(-$0)',
    wgsl4: '(-$0)',
    wasm: { f32: 'f32.neg', f32x4: 'f32x4.neg' },
  },
  abs: {
    arity: 1,
    result: 'same',
    evaluate: Math.abs,
    // The sign, 0 at 0, as PyTorch.
    derivative: (g, [a]) => [
      g.where(
        g.scalar('gt', a, g.constant(0)),
        one(g),
        g.where(g.scalar('lt', a, g.constant(0)), g.constant(-1), g.constant(0)),
      ),
    ],
    wgsl: 'abs($0)',
    wgsl4: 'abs($0)',
    wasm: { f32: 'f32.abs', f32x4: 'f32x4.abs' },
  },
  /** Passes NaN on. At a tie each argument gets half the gradient, as PyTorch. */
  max: {
    arity: 2,
    result: 'same',
    evaluate: (a, b) => Math.max(a, b),
    derivative: (g, [a, b]) => [tieShare(g, a, b, 'gt'), tieShare(g, b, a, 'gt')],
    wgsl: 'max($0, $1)',
    wgsl4: 'max($v0, $v1)',
    wasm: { f32: 'f32.max', f32x4: 'f32x4.max' },
  },
  min: {
    arity: 2,
    result: 'same',
    evaluate: (a, b) => Math.min(a, b),
    derivative: (g, [a, b]) => [tieShare(g, a, b, 'lt'), tieShare(g, b, a, 'lt')],
    wgsl: 'min($0, $1)',
    wgsl4: 'min($v0, $v1)',
    wasm: { f32: 'f32.min', f32x4: 'f32x4.min' },
  },
  /** max(x, 0) with derivative 0 at 0, as PyTorch's ReLU. */
  relu: {
    arity: 1,
    result: 'same',
    evaluate: (a) => Math.max(a, 0),
    derivative: (g, _args, y) => [g.where(g.scalar('gt', y, g.constant(0)), one(g), g.constant(0))],
    wgsl: 'max($0, 0.0)',
    wgsl4: 'max($0, vec4f())',
    wasm: { call: 'relu', f32x4: 'relu' },
  },
  exp: {
    arity: 1,
    result: 'same',
    evaluate: Math.exp,
    derivative: (_g, _args, y) => [y],
    wgsl: 'exp($0)',
    wgsl4: 'exp($0)',
    wasm: { call: 'exp' },
  },
  log: {
    arity: 1,
    result: 'same',
    evaluate: Math.log,
    derivative: (g, [a]) => [g.div(one(g), a)],
    wgsl: 'log($0)',
    wgsl4: 'log($0)',
    wasm: { call: 'log' },
  },
  sqrt: {
    arity: 1,
    result: 'same',
    evaluate: Math.sqrt,
    derivative: (g, _args, y) => [g.div(g.constant(0.5), y)],
    wgsl: 'sqrt($0)',
    wgsl4: 'sqrt($0)',
    wasm: { f32: 'f32.sqrt', f32x4: 'f32x4.sqrt' },
  },
  tanh: {
    arity: 1,
    result: 'same',
    evaluate: Math.tanh,
    derivative: (g, _args, y) => [g.sub(one(g), g.mul(y, y))],
    wgsl: 'tanh(clamp($0, -15.0, 15.0))',
    wgsl4: 'tanh(clamp($0, vec4f(-15.0), vec4f(15.0)))',
    wasm: { call: 'tanh' },
  },
  sigmoid: {
    arity: 1,
    result: 'same',
    evaluate: (a) => 1 / (1 + Math.exp(-a)),
    derivative: (g, _args, y) => [g.mul(y, g.sub(one(g), y))],
    wgsl: '(1.0 / (1.0 + exp(-$0)))',
    wgsl4: '(1.0 / (1.0 + exp(-$0)))',
    wasm: { call: 'sigmoid' },
  },
  pow: {
    arity: 2,
    result: 'same',
    evaluate: Math.pow,
    derivative: (g, [a, b], y) => [
      g.mul(b, g.scalar('pow', a, g.sub(b, one(g)))),
      // d/db is y * log(a), and 0 at a = 0.
      g.where(
        g.scalar('gt', a, g.constant(0)),
        g.mul(y, g.scalar('log', g.scalar('max', a, g.constant(1e-38)))),
        g.constant(0),
      ),
    ],
    wgsl: 'pow($0, $1)',
    wgsl4: 'pow($v0, $v1)',
    wasm: { call: 'pow' },
  },
  floor: {
    arity: 1,
    result: 'same',
    evaluate: Math.floor,
    derivative: () => ['zero'],
    wgsl: 'floor($0)',
    wgsl4: 'floor($0)',
    wasm: { f32: 'f32.floor', f32x4: 'f32x4.floor' },
  },
  ceil: {
    arity: 1,
    result: 'same',
    evaluate: Math.ceil,
    derivative: () => ['zero'],
    wgsl: 'ceil($0)',
    wgsl4: 'ceil($0)',
    wasm: { f32: 'f32.ceil', f32x4: 'f32x4.ceil' },
  },
  /** To the nearest integer, halves to the even one, as PyTorch. */
  round: {
    arity: 1,
    result: 'same',
    evaluate: (a) => (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a)),
    derivative: () => ['zero'],
    wgsl: 'round($0)',
    wgsl4: 'round($0)',
    wasm: { f32: 'f32.nearest', f32x4: 'f32x4.nearest' },
  },
  /** WGSL's own are only known to 2^-11 between -pi and pi: `6-target/wgsl/helpers` has better ones, to about 1e4. */
  sin: {
    arity: 1,
    result: 'same',
    evaluate: Math.sin,
    derivative: (g, [a]) => [g.scalar('cos', a)],
    wgsl: 'sine($0)',
    wasm: { call: 'sin' },
  },
  cos: {
    arity: 1,
    result: 'same',
    evaluate: Math.cos,
    derivative: (g, [a]) => [g.neg(g.scalar('sin', a))],
    wgsl: 'cosine($0)',
    wasm: { call: 'cos' },
  },
  lt: {
    arity: 2,
    result: 'bool',
    evaluate: (a, b) => truth(a < b),
    derivative: 'none',
    wgsl: '($0 < $1)',
    wgsl4: '($v0 < $v1)',
    wasm: { f32: 'f32.lt', f32x4: 'f32x4.lt', i32: 'i32.lt_s' },
  },
  le: {
    arity: 2,
    result: 'bool',
    evaluate: (a, b) => truth(a <= b),
    derivative: 'none',
    wgsl: '($0 <= $1)',
    wgsl4: '($v0 <= $v1)',
    wasm: { f32: 'f32.le', f32x4: 'f32x4.le', i32: 'i32.le_s' },
  },
  gt: {
    arity: 2,
    result: 'bool',
    evaluate: (a, b) => truth(a > b),
    derivative: 'none',
    wgsl: '($0 > $1)',
    wgsl4: '($v0 > $v1)',
    wasm: { f32: 'f32.gt', f32x4: 'f32x4.gt', i32: 'i32.gt_s' },
  },
  ge: {
    arity: 2,
    result: 'bool',
    evaluate: (a, b) => truth(a >= b),
    derivative: 'none',
    wgsl: '($0 >= $1)',
    wgsl4: '($v0 >= $v1)',
    wasm: { f32: 'f32.ge', f32x4: 'f32x4.ge', i32: 'i32.ge_s' },
  },
  eq: {
    arity: 2,
    result: 'bool',
    evaluate: (a, b) => truth(a === b),
    derivative: 'none',
    wgsl: '($0 == $1)',
    wgsl4: '($v0 == $v1)',
    wasm: { f32: 'f32.eq', f32x4: 'f32x4.eq', i32: 'i32.eq' },
  },
  ne: {
    arity: 2,
    result: 'bool',
    evaluate: (a, b) => truth(a !== b),
    derivative: 'none',
    wgsl: '($0 != $1)',
    wgsl4: '($v0 != $v1)',
    wasm: { f32: 'f32.ne', f32x4: 'f32x4.ne', i32: 'i32.ne' },
  },
  and: {
    arity: 2,
    result: 'bool',
    evaluate: (a, b) => truth(a !== 0 && b !== 0),
    derivative: 'none',
    wgsl: '($0 & $1)',
    wgsl4: '($v0 & $v1)',
    wasm: { bool: 'i32.and', f32x4: 'v128.and' },
  },
  or: {
    arity: 2,
    result: 'bool',
    evaluate: (a, b) => truth(a !== 0 || b !== 0),
    derivative: 'none',
    wgsl: '($0 | $1)',
    wgsl4: '($v0 | $v1)',
    wasm: { bool: 'i32.or', f32x4: 'v128.or' },
  },
  not: {
    arity: 1,
    result: 'bool',
    evaluate: (a) => truth(a === 0),
    derivative: 'none',
    wgsl: '(!$0)',
    wgsl4: '(!$0)',
    wasm: { bool: 'i32.eqz', f32x4: 'v128.not' },
  },
  /** condition ? a : b, both evaluated. The result has the type of a. */
  select: {
    arity: 3,
    result: 'same',
    evaluate: (c, a, b) => (c !== 0 ? a : b),
    derivative: (g, [c]) => ['zero', g.where(c, one(g), g.constant(0)), g.where(c, g.constant(0), one(g))],
    wgsl: 'select($2, $1, $0)',
    wgsl4: 'select($v2, $v1, $0)',
    wasm: { f32: 'select', i32: 'select', bool: 'select', f32x4: 'v128.bitselect' },
  },
  to_f32: {
    arity: 1,
    result: 'f32',
    evaluate: (a) => a,
    // Of an f32; integers have no gradient anyway.
    derivative: (g) => [one(g)],
    wgsl: 'f32($0)',
    wgsl4: 'vec4f($0)',
    wasm: { i32: 'f32.convert_i32_s', bool: 'f32.convert_i32_s', f32: 'nop' },
  },
  to_i32: {
    arity: 1,
    result: 'i32',
    evaluate: (a) => Math.trunc(a),
    derivative: 'none',
    wgsl: 'i32($0)',
    wgsl4: 'vec4i($0)',
    wasm: { f32: 'i32.trunc_sat_f32_s', f32x4: 'i32x4.trunc_sat_f32x4_s', bool: 'nop', i32: 'nop' },
  },
  /** False for NaN and the infinities. By its bits: WGSL may assume that neither exists. */
  is_finite: {
    arity: 1,
    result: 'bool',
    evaluate: (a) => truth(Number.isFinite(a)),
    derivative: 'none',
    wgsl: '((bitcast<u32>($0) & 0x7f800000u) != 0x7f800000u)',
    wasm: { call: 'is_finite' },
  },
  /** A draw in [0, 1) for an element's index, the draw's site and the two halves of the key, all i32. */
  philox: {
    arity: 4,
    result: 'f32',
    evaluate: philoxUniform,
    derivative: 'none',
    wgsl: 'philox($0, $1, $2, $3)',
    wasm: { call: 'philox', call4: 'philox4' },
    deviceOnly: true,
  },
};

/** 1 where a wins over b, 1/2 at a tie, else 0. */
function tieShare(g: OpBuilder, a: Value, b: Value, wins: 'gt' | 'lt'): Value {
  return g.where(g.scalar(wins, a, b), g.constant(1), g.where(g.scalar('eq', a, b), g.constant(0.5), g.constant(0)));
}
