/**
 * Evaluates scalar expressions in float64, one element at a time: the oracle that operators' lowerings, Loop IR and the
 * targets are tested against. No speed, no rounding to f32.
 */
import { dim } from '../dim/dim.ts';
import type { Combine, Expr } from './expr.ts';
import { InternalError } from './internal-error.ts';
import { scalarTable } from './scalar.ts';

/** What an expression's free names stand for. */
export interface Environment {
  /** Loop variables by id. */
  readonly axes: ReadonlyMap<string, number>;
  /** Symbolic dimensions by name. */
  readonly dims: Readonly<Record<string, number>>;
  readonly uniforms: Readonly<Record<string, number>>;
  readonly locals?: ReadonlyMap<string, number>;
  /** The element of a tensor; should throw where the indices are out of range. */
  readonly load: (tensor: number, indices: readonly number[]) => number;
}

export function evaluate(expr: Expr, env: Environment): number {
  switch (expr.kind) {
    case 'const':
      return expr.value;
    case 'axis':
      return known(env.axes.get(expr.axis.id), `the axis ${expr.axis.id}`);
    case 'size':
      return dim.evaluate(expr.dim, env.dims);
    case 'uniform':
      return known(env.uniforms[expr.name], `the uniform ${expr.name}`);
    case 'local':
      return known(env.locals?.get(expr.name), `the local ${expr.name}`);
    case 'load':
      return env.load(
        expr.tensor,
        expr.indices.map((index) => evaluate(index, env)),
      );
    case 'apply':
      return scalarTable[expr.fn].evaluate(...expr.args.map((arg) => evaluate(arg, env)));
    case 'guard':
      return evaluate(expr.condition, env) !== 0 ? evaluate(expr.value, env) : evaluate(expr.otherwise, env);
    case 'reduce':
      return fold(expr.combine, reduceElements(expr, env));
  }
}

function known(value: number | undefined, what: string): number {
  if (value === undefined) throw new InternalError(`${what} has no value`);
  return value;
}

function* reduceElements(expr: Extract<Expr, { kind: 'reduce' }>, env: Environment): Generator<number> {
  const axes = new Map(env.axes);
  const inner: Environment = { ...env, axes };
  const extents = expr.axes.map((axis) => dim.evaluate(axis.extent, env.dims));
  function* nest(depth: number): Generator<number> {
    if (depth === extents.length) {
      yield evaluate(expr.body, inner);
      return;
    }
    for (let i = 0; i < extents[depth]; i++) {
      axes.set(expr.axes[depth].id, i);
      yield* nest(depth + 1);
    }
  }
  yield* nest(0);
}

/** Folds elements in order. NaN wins `max`, `min` and `argmax`; the first largest wins `argmax`. */
export function fold(combine: Combine, elements: Iterable<number>): number {
  if (combine === 'sum') {
    let sum = 0;
    for (const element of elements) sum += element;
    return sum;
  }
  const sign = combine === 'min' ? -1 : 1;
  let best = Number.NEGATIVE_INFINITY;
  let bestAt = 0;
  let position = 0;
  for (const element of elements) {
    const value = sign * element;
    if (value > best || (Number.isNaN(value) && !Number.isNaN(best))) {
      best = value;
      bestAt = position;
    }
    position++;
  }
  return combine === 'argmax' ? bestAt : sign * best;
}
