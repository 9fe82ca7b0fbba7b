/**
 * Sums of multiples: a sum is taken apart where its parts are known already, or are zero. The gradient of batch
 * normalization sums what it has summed before, times a number for each channel, and distances from a mean, which cancel:
 * a pass over the activation is saved. Sums are never made anew here.
 */
import { dim } from '../dim/dim.ts';
import type { Value } from '../ops/primitive.ts';
import { axesOf } from '../ops/reduction.ts';
import type { GraphBuilder } from './builder.ts';
import { constantOf, inputsOf } from './match.ts';
import type { Candidate, Rule } from './rules.ts';

/** `base` times the factors (divided by them where `inverse`), each of the result's shape. */
interface Term {
  readonly base: Value;
  readonly factors: readonly { readonly value: Value; readonly inverse: boolean }[];
}

export const sumOfMultiples: Rule = (g, candidate) => {
  const { op, inputs, attributes, type } = candidate;
  if (op !== 'sum' || type.element !== 'f32') return undefined;
  const [x] = inputs;
  const terms = termsOf(g, x, candidate);
  const [{ base, factors }] = terms;
  if (terms.length === 1 && factors.length === 0 && !isCentred(g, base, candidate)) return undefined;
  const sums: Value[] = [];
  for (const { base, factors } of terms) {
    if (isCentred(g, base, candidate)) continue;
    const before = g.size;
    const sum = g.op('sum', [base], attributes);
    if (g.size > before) return undefined;
    sums.push(factors.reduce((all, { value, inverse }) => (inverse ? g.div(all, value) : g.mul(all, value)), sum));
  }
  const [first, ...others] = sums;
  return first ? others.reduce((all, sum) => g.add(all, sum), first) : g.constant(0, type.shape);
};

/** What is added up in a value, with the factors that the sum may be multiplied by instead. */
function termsOf(g: GraphBuilder, x: Value, candidate: Candidate): Term[] {
  const added = inputsOf(g, x, 'add');
  if (added) return added.flatMap((each) => termsOf(g, each, candidate));
  const minusOne = { value: g.constant(-1, candidate.type.shape), inverse: false };
  const multiplied = (terms: readonly Term[], factor: Term['factors'][number]): Term[] =>
    terms.map(({ base, factors }) => ({ base, factors: [...factors, factor] }));
  const subtracted = inputsOf(g, x, 'sub');
  if (subtracted && !isCentred(g, x, candidate)) {
    const [a, b] = subtracted;
    return [...termsOf(g, a, candidate), ...multiplied(termsOf(g, b, candidate), minusOne)];
  }
  const [negated] = inputsOf(g, x, 'neg') ?? [];
  if (negated) return multiplied(termsOf(g, negated, candidate), minusOne);
  const [a, b] = inputsOf(g, x, 'mul') ?? inputsOf(g, x, 'div') ?? [];
  const inverse = g.node(x).op === 'div';
  for (const [base, factor] of a && b
    ? inverse
      ? [[a, b]]
      : [
          [a, b],
          [b, a],
        ]
    : []) {
    const value = unchanging(g, factor, candidate);
    if (value) return multiplied(termsOf(g, base, candidate), { value, inverse });
  }
  return [{ base: x, factors: [] }];
}

/** A value that stays the same along the summed axes, in the sum's shape. */
function unchanging(g: GraphBuilder, value: Value, { inputs: [x], attributes, type }: Candidate): Value | undefined {
  const constant = constantOf(g, value);
  if (constant !== undefined) return g.constant(constant, type.shape);
  const [source] = inputsOf(g, value, 'broadcast_to') ?? [];
  if (!source) return undefined;
  const axes = axesOf(attributes, x.type.shape.length);
  const lead = value.type.shape.length - source.type.shape.length;
  if (!axes.every((axis) => axis < lead || dim.constant(source.type.shape[axis - lead]) === 1)) return undefined;
  const rest = source.type.shape.filter((_, axis) => !axes.includes(axis + lead));
  return g.broadcastTo(g.reshape(source, rest), type.shape);
}

/** True for the distances from a mean over the summed axes: they add up to zero. */
export function isCentred(g: GraphBuilder, value: Value, { inputs: [x], attributes }: Candidate): boolean {
  const [y, mean] = inputsOf(g, value, 'sub') ?? [];
  if (!y || !mean) return false;
  let source = mean;
  for (let next: Value | undefined = source; next; [next] = viewed(g, source)) source = next;
  const { op, inputs, attributes: own } = g.node(source);
  if (op !== 'mean' || inputs[0] !== y.id) return false;
  const { shape } = x.type;
  if (y.type.shape.length !== shape.length) return false;
  // An axis of size 1 may be summed or not.
  const long = (axes: readonly number[]): string => axes.filter((axis) => dim.constant(shape[axis]) !== 1).join();
  const axes = axesOf(attributes, shape.length);
  return long(axesOf(own, shape.length)) === long(axes) && repeatsAlong(g, mean, source, axes);
}

const viewed = (g: GraphBuilder, value: Value): readonly Value[] =>
  inputsOf(g, value, 'broadcast_to') ?? inputsOf(g, value, 'reshape') ?? [];

/** True where the mean stands behind the axes that it was taken over, and so at its own place on all others. */
function repeatsAlong(g: GraphBuilder, spread: Value, mean: Value, axes: readonly number[]): boolean {
  const [source] = inputsOf(g, spread, 'broadcast_to') ?? [];
  if (!source) return false;
  const lead = spread.type.shape.length - source.type.shape.length;
  const kept = source.type.shape.filter((_, axis) => !axes.includes(axis + lead));
  const shape = mean.type.shape.filter((size) => dim.constant(size) !== 1);
  const others = kept.filter((size) => dim.constant(size) !== 1);
  return (
    axes.every((axis) => axis < lead || dim.constant(source.type.shape[axis - lead]) === 1) &&
    others.length === shape.length &&
    others.every((size, i) => dim.equal(size, shape[i]))
  );
}
