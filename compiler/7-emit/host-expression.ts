/**
 * Prints the scalar expressions that the host computes before each step (`1 - 0.9 ^ step`) as TypeScript, in the
 * fields of the runtime's `RunNumbers`: `step`, `n` (the batch's real size), the keys that draws are made with. Only numbers: nothing
 * that reads a tensor can come here.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Expr } from '../ops/expr.ts';
import type { ScalarFunction } from '../ops/scalar.ts';
import { number } from './literal.ts';

/**
 * How each function is written; $0, $1, … are the arguments, parenthesised where they are not names or calls. Undefined for
 * what the device alone computes.
 */
const spelling: Readonly<Record<ScalarFunction, string | undefined>> = {
  add: '$0 + $1',
  sub: '$0 - $1',
  mul: '$0 * $1',
  div: '$0 / $1',
  idiv: 'Math.floor($0 / $1)',
  imod: '$0 % $1',
  neg: '-$0',
  abs: 'Math.abs($0)',
  max: 'Math.max($0, $1)',
  min: 'Math.min($0, $1)',
  relu: 'Math.max($0, 0)',
  exp: 'Math.exp($0)',
  log: 'Math.log($0)',
  sqrt: 'Math.sqrt($0)',
  tanh: 'Math.tanh($0)',
  sigmoid: '1 / (1 + Math.exp(-$0))',
  pow: 'Math.pow($0, $1)',
  floor: 'Math.floor($0)',
  ceil: 'Math.ceil($0)',
  round: '(Math.abs($0 % 1) === 0.5 ? 2 * Math.round($0 / 2) : Math.round($0))',
  sin: 'Math.sin($0)',
  cos: 'Math.cos($0)',
  lt: '$0 < $1',
  le: '$0 <= $1',
  gt: '$0 > $1',
  ge: '$0 >= $1',
  eq: '$0 === $1',
  ne: '$0 !== $1',
  and: '$0 && $1',
  or: '$0 || $1',
  not: '!$0',
  select: '$0 ? $1 : $2',
  to_f32: '$0',
  to_i32: 'Math.trunc($0)',
  is_finite: 'Number.isFinite($0)',
  philox: undefined,
};

/** The expression with `batch` (the model's name for the batch dimension) as the variable `n`. */
export function hostExpression(expression: Expr, batch: string): string {
  switch (expression.kind) {
    case 'const':
      return expression.type === 'bool' ? String(expression.value !== 0) : number(expression.value);
    case 'uniform':
      return expression.name;
    case 'size':
      return hostSize(expression.dim, batch);
    case 'apply': {
      const [first] = expression.args;
      const text = expression.fn === 'to_f32' && first?.type === 'bool' ? 'Number($0)' : spelling[expression.fn];
      if (text === undefined) throw new Error(`the host does not compute ${expression.fn}`);
      // Inside a call's brackets an argument needs none of its own.
      const bare = text === '$0' || (/^(Math\.|Number)/.test(text) && expression.fn !== 'idiv');
      return text.replace(/\$(\d)/g, (_, index) => {
        const argument = expression.args[Number(index)];
        if (!argument) throw new Error(`${expression.fn} lacks argument ${index}`);
        const printed = hostExpression(argument, batch);
        return bare || /^(?:[\w.]+|[\w.]+\([^()]*\))$/.test(printed) ? printed : `(${printed})`;
      });
    }
    case 'guard':
      return `${wrapped(expression.condition, batch)} ? ${wrapped(expression.value, batch)} : ${wrapped(expression.otherwise, batch)}`;
    case 'axis':
    case 'local':
    case 'load':
    case 'reduce':
      throw new Error(`a value that the host computes each step holds a ${expression.kind}`);
  }
}

function wrapped(expression: Expr, batch: string): string {
  return `(${hostExpression(expression, batch)})`;
}

function hostSize(size: Dim, batch: string): string {
  const constant = dim.constant(size);
  if (constant !== undefined) return number(constant);
  const line = dim.linear(size, batch);
  if (!line) throw new Error(`the host cannot compute the size ${dim.show(size)} from the batch alone`);
  const product = line.perSample === 1 ? 'n' : `${line.perSample} * n`;
  return line.fixed === 0 ? product : `${line.fixed} + ${product}`;
}
