/**
 * Builds scalar expressions for operators' lowerings. Constants are folded and neutral elements dropped as expressions
 * are made; everything that needs ranges or normal forms is left to Loop IR.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Combine, Expr, ScalarType } from './expr.ts';
import type { Lowering, Reader } from './primitive.ts';
import { type ScalarFunction, scalarTable } from './scalar.ts';
import type { ElementType, TensorType } from './types.ts';

/** The scalar type that an element is computed in: a `u8` is loaded as `i32`. */
export function scalarTypeOf(element: ElementType): ScalarType {
  if (element === 'bool') return 'bool';
  return element === 'f32' || element === 'f16' ? 'f32' : 'i32';
}

const constant = (type: ScalarType, value: number): Expr => ({ kind: 'const', type, value });
const int = (value: number): Expr => constant('i32', value);
const isConst = (expr: Expr, value: number): boolean => expr.kind === 'const' && expr.value === value;

function resultType(fn: ScalarFunction, args: readonly Expr[]): ScalarType {
  const { result } = scalarTable[fn];
  return result === 'same' ? args[fn === 'select' ? 1 : 0].type : result;
}

/** `fn(args)`, or something simpler of the same value. */
export function apply(fn: ScalarFunction, ...args: readonly Expr[]): Expr {
  const type = resultType(fn, args);
  const values = args.flatMap((arg) => (arg.kind === 'const' ? [arg.value] : []));
  if (values.length === args.length) return constant(type, scalarTable[fn].evaluate(...values));
  return simpler(fn, type, args) ?? { kind: 'apply', type, fn, args };
}

function simpler(fn: ScalarFunction, type: ScalarType, [a, b, c]: readonly Expr[]): Expr | undefined {
  const neutral = (value: number): Expr | undefined => (isConst(b, value) ? a : isConst(a, value) ? b : undefined);
  switch (fn) {
    case 'add':
      return neutral(0);
    case 'sub':
      return isConst(b, 0) ? a : undefined;
    case 'mul':
      if (type === 'i32' && (isConst(a, 0) || isConst(b, 0))) return int(0);
      return neutral(1);
    case 'div':
    case 'idiv':
      return isConst(b, 1) ? a : undefined;
    case 'imod':
      return isConst(b, 1) ? int(0) : undefined;
    case 'and':
      return isConst(a, 0) || isConst(b, 0) ? constant('bool', 0) : neutral(1);
    case 'or':
      return isConst(a, 1) || isConst(b, 1) ? constant('bool', 1) : neutral(0);
    case 'select':
      return a.kind === 'const' ? (a.value !== 0 ? b : c) : undefined;
    case 'to_f32':
    case 'to_i32':
      return a.type === type ? a : undefined;
    default:
      return undefined;
  }
}

/** True where all conditions are. */
export function all(...conditions: readonly Expr[]): Expr {
  return conditions.reduce((whole, condition) => apply('and', whole, condition), constant('bool', 1));
}

/** `condition ? value : otherwise`, lazily. */
export function guard(condition: Expr, value: Expr, otherwise: Expr): Expr {
  if (condition.kind === 'const') return condition.value !== 0 ? value : otherwise;
  return { kind: 'guard', type: value.type, condition, value, otherwise };
}

/** A builder; the axes of its reductions are called r0, r1, …. Extents of 1 make no axis. */
export function createLowering(): Lowering {
  let axisCount = 0;
  const reduce = (combine: Combine, extents: readonly Dim[], body: (...axes: Expr[]) => Expr): Expr => {
    const axes: Axis[] = [];
    const values = extents.map((extent): Expr => {
      if (dim.constant(extent) === 1) return int(0);
      const axis: Axis = { id: `r${axisCount++}`, extent };
      axes.push(axis);
      return { kind: 'axis', type: 'i32', axis };
    });
    const inner = body(...values);
    if (axes.length === 0) return combine === 'argmax' ? int(0) : inner;
    return { kind: 'reduce', type: combine === 'argmax' ? 'i32' : inner.type, combine, axes, body: inner };
  };
  return {
    int,
    float: (value) => constant('f32', value),
    size: (size) => {
      const value = dim.constant(size);
      return value === undefined ? { kind: 'size', type: 'i32', dim: size } : int(value);
    },
    apply,
    add: (a, b) => apply('add', a, b),
    sub: (a, b) => apply('sub', a, b),
    mul: (a, b) => apply('mul', a, b),
    idiv: (a, b) => apply('idiv', a, b),
    imod: (a, b) => apply('imod', a, b),
    all,
    guard,
    reduce,
  };
}

/** Reads a tensor in memory. */
export function memoryReader(tensor: number, type: TensorType): Reader {
  const scalar = scalarTypeOf(type.element);
  return { type, at: (...indices) => ({ kind: 'load', type: scalar, tensor, indices }) };
}
