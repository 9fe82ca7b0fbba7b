/** Rules for reading at index tensors: where every index is its own axis's, nothing is moved. */
import { dim } from '../dim/dim.ts';
import { numberOf } from '../ops/attributes.ts';
import { sameShape } from '../ops/infer.ts';
import type { Value } from '../ops/primitive.ts';
import type { GraphBuilder } from './builder.ts';
import { constantOf, inputsOf } from './match.ts';
import type { Candidate, Rule } from './rules.ts';

/** The axis along which a value counts 0, 1, 2, …: an `iota`, repeated along other axes perhaps. */
function countedAxis(g: GraphBuilder, value: Value): number | undefined {
  const { op, attributes } = g.node(value);
  if (op === 'iota') return numberOf(attributes, 'axis');
  const [source] = inputsOf(g, value, op) ?? [];
  if (!source || (op !== 'broadcast_to' && op !== 'reshape')) return undefined;
  const axis = countedAxis(g, source);
  if (axis === undefined) return undefined;
  const [from, to] = [source.type.shape, value.type.shape];
  if (op === 'broadcast_to') {
    const own = axis + to.length - from.length;
    return dim.equal(from[axis], to[own]) ? own : undefined;
  }
  // A reshape that adds and drops axes of size 1 only.
  const longer = (shape: typeof from): number[] => shape.flatMap((size, i) => (dim.constant(size) === 1 ? [] : [i]));
  const [before, after] = [longer(from), longer(to)];
  const kept = before.length === after.length && before.every((i, nth) => dim.equal(from[i], to[after[nth]]));
  return kept && before.includes(axis) ? after[before.indexOf(axis)] : undefined;
}

/** Reading every element where it is, or its gradient. */
export const readInPlace: Rule = (g, { op, inputs: [x, ...indices], type }: Candidate) => {
  if ((op !== 'gather' && op !== 'gather_grad') || !sameShape(x.type.shape, type.shape)) return undefined;
  return indices.every((index, axis) => countedAxis(g, index) === axis) ? x : undefined;
};

/** Of zeros; any other fill is 0 where an index is out of range. */
const gatherOfZero: Rule = (g, { inputs: [x], type }) =>
  Object.is(constantOf(g, x), 0) ? g.constant(0, type.shape, type.element) : undefined;

export const gatherRules: readonly Rule[] = [readInPlace, gatherOfZero];
