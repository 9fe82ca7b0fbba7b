/** Rules for reductions. */
import { type Dim, dim } from '../dim/dim.ts';
import { flagOf } from '../ops/attributes.ts';
import { axesOf } from '../ops/reduction.ts';
import { constantOf, inputsOf } from './match.ts';
import type { Candidate, Rule } from './rules.ts';
import { readInPlace } from './rules-gather.ts';
import { sumOfUnpooled } from './rules-pooling.ts';
import { sumOfMultiples } from './rules-sums.ts';
import { varianceInOnePass } from './rules-variance.ts';

/** The reduced axes of a reduction along whole axes; undefined for pooling. */
function reducedAxes({ inputs: [x], attributes }: Candidate): number[] | undefined {
  return 'axes' in attributes || 'axis' in attributes ? axesOf(attributes, x.type.shape.length) : undefined;
}

/** A kept axis of size 1 is a reshape afterwards; so equal reductions are found whether they keep it or not. */
const keptAxes: Rule = (g, { op, inputs, attributes, type }) => {
  if (!flagOf(attributes, 'keepdim')) return undefined;
  return g.reshape(g.op(op, inputs, { ...attributes, keepdim: false }), type.shape);
};

/** Folding axes of size 1 changes nothing but the shape. */
const nothingToFold: Rule = (g, candidate) => {
  const [x] = candidate.inputs;
  const axes = reducedAxes(candidate);
  if (!axes?.every((axis) => dim.constant(x.type.shape[axis]) === 1)) return undefined;
  return candidate.op === 'argmax' ? g.constant(0, candidate.type.shape, 'i32') : g.reshape(x, candidate.type.shape);
};

/** A sum of equal elements is a product. */
const sumOfRepeated: Rule = (g, candidate) => {
  const { op, inputs, type } = candidate;
  const axes = reducedAxes(candidate);
  if (op !== 'sum' || !axes) return undefined;
  const [x] = inputs;
  const count = (): ReturnType<typeof g.constant> => g.sizeOf(dim.product(axes.map((axis) => x.type.shape[axis])));
  const constant = constantOf(g, x);
  if (constant !== undefined) return g.broadcastTo(g.mul(g.constant(constant), count()), type.shape);
  const [source] = inputsOf(g, x, 'broadcast_to') ?? [];
  if (!source) return undefined;
  const lead = x.type.shape.length - source.type.shape.length;
  const repeated = axes.every((axis) => axis < lead || dim.constant(source.type.shape[axis - lead]) === 1);
  if (!repeated) return undefined;
  const rest: Dim[] = source.type.shape.filter((_, axis) => !axes.includes(axis + lead));
  return g.broadcastTo(g.mul(g.reshape(source, rest), count()), type.shape);
};

const sumOfNegative: Rule = (g, { op, inputs: [x], attributes }) => {
  const [source] = (op === 'sum' && inputsOf(g, x, 'neg')) || [];
  return source && g.neg(g.op(op, [source], attributes));
};

export const reductionRules: readonly Rule[] = [
  keptAxes,
  nothingToFold,
  sumOfRepeated,
  sumOfNegative,
  sumOfUnpooled,
  sumOfMultiples,
  varianceInOnePass,
  readInPlace,
];
