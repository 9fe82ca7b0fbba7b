/** Rules for elementwise operators. */
import { broadcastShapes, sameShape } from '../ops/infer.ts';
import type { Value } from '../ops/primitive.ts';
import { type ScalarFunction, scalarTable } from '../ops/scalar.ts';
import { constantOf, inputsOf } from './match.ts';
import type { Rule } from './rules.ts';
import { pooledMasks } from './rules-pooling.ts';

const isScalarFunction = (op: string): op is ScalarFunction => Object.hasOwn(scalarTable, op);

/** Constants are computed in float64, as Python computes what PyTorch is given. */
const foldConstants: Rule = (g, { op, inputs, type }) => {
  if (!isScalarFunction(op)) return undefined;
  const values = inputs.map((input) => constantOf(g, input)).filter((value) => value !== undefined);
  if (values.length < inputs.length) return undefined;
  return g.constant(scalarTable[op].evaluate(...values), type.shape, type.element);
};

const neutralElements: Rule = (g, { op, inputs: [a, b] }) => {
  if (!b) return undefined;
  const [x, y] = [constantOf(g, a), constantOf(g, b)];
  switch (op) {
    case 'add':
      return x === 0 ? b : y === 0 ? a : undefined;
    case 'sub':
      return y === 0 ? a : x === 0 ? g.neg(b) : undefined;
    case 'mul':
      if (x === -1 || y === -1) return g.neg(x === -1 ? b : a);
      return x === 1 ? b : y === 1 ? a : undefined;
    case 'div':
      return y === 1 ? a : undefined;
    case 'pow':
      // The square also where the base is negative, for which WGSL's pow is undefined.
      return y === 1 ? a : y === 2 ? g.mul(a, a) : undefined;
    default:
      return undefined;
  }
};

/** Negations move outwards and cancel. */
const negations: Rule = (g, { op, inputs: [a, b] }) => {
  const negated = (value: Value | undefined): Value | undefined => value && inputsOf(g, value, 'neg')?.[0];
  const [x, y] = [negated(a), negated(b)];
  switch (op) {
    case 'neg':
      return x;
    case 'add':
      return y ? g.sub(a, y) : x ? g.sub(b, x) : undefined;
    case 'sub':
      return y ? g.add(a, y) : undefined;
    case 'mul':
    case 'div':
      if (x && y) return g.op(op, [x, y]);
      return x ? g.neg(g.op(op, [x, b])) : y ? g.neg(g.op(op, [a, y])) : undefined;
    default:
      return undefined;
  }
};

/** `x * (1 / y)` is `x / y`. */
const reciprocals: Rule = (g, { op, inputs }) => {
  if (op !== 'mul') return undefined;
  for (const [i, factor] of inputs.entries()) {
    const quotient = inputsOf(g, factor, 'div');
    if (quotient && constantOf(g, quotient[0]) === 1) return g.div(inputs[1 - i], quotient[1]);
  }
  return undefined;
};

const selections: Rule = (g, { op, inputs: [condition, a, b] }) => {
  if (op !== 'select') return undefined;
  const known = constantOf(g, condition);
  if (known !== undefined) return known !== 0 ? a : b;
  return a.id === b.id ? a : undefined;
};

/** `x * where(c, 1, 0)` is `where(c, x, 0)`: a derivative's mask. */
const masks: Rule = (g, { op, inputs }) => {
  if (op !== 'mul') return undefined;
  for (const [i, factor] of inputs.entries()) {
    const [condition, a, b] = inputsOf(g, factor, 'select') ?? [];
    if (!condition) continue;
    const other = inputs[1 - i];
    const [x, y] = [constantOf(g, a), constantOf(g, b)];
    if (x === 1 && y === 0) return g.where(condition, other, b);
    if (x === 0 && y === 1) return g.where(condition, a, other);
  }
  return undefined;
};

/** Conversions to the type that is there already, and `detach`, which has done its work. */
const identities: Rule = (_g, { op, inputs: [x], type }) => {
  if (op === 'detach') return x;
  return (op === 'to_f32' || op === 'to_i32') && x.type.element === type.element ? x : undefined;
};

/** Works on few elements before they are repeated, not on many after. */
const beforeBroadcast: Rule = (g, { op, inputs, type }) => {
  const sources: Value[] = [];
  for (const input of inputs) {
    const constant = constantOf(g, input);
    const source = constant === undefined ? inputsOf(g, input, 'broadcast_to')?.[0] : undefined;
    if (source) sources.push(source);
    else if (constant !== undefined) sources.push(g.constant(constant, [], input.type.element));
    else return undefined;
  }
  const shape = broadcastShapes(sources.map((source) => source.type));
  if ('problem' in shape || sameShape(shape, type.shape)) return undefined;
  return g.broadcastTo(g.op(op, sources), type.shape);
};

export const elementwiseRules: readonly Rule[] = [
  identities,
  foldConstants,
  neutralElements,
  negations,
  selections,
  masks,
  pooledMasks,
  reciprocals,
  beforeBroadcast,
];
