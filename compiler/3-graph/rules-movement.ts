/** Rules for leaves and views: compositions of views become one, views that change nothing vanish. */
import { dim } from '../dim/dim.ts';
import { dimsOf, numbersOf } from '../ops/attributes.ts';
import { sameShape } from '../ops/infer.ts';
import { constantOf, inputsOf } from './match.ts';
import type { Rule } from './rules.ts';

const knownSize: Rule = (g, { op, attributes, type }) => {
  if (op !== 'size') return undefined;
  const value = dim.constant(dimsOf(attributes, 'dim')[0]);
  return value === undefined ? undefined : g.constant(value, [], type.element);
};

export const leafRules: readonly Rule[] = [knownSize];

/** A view of a fill is a fill; a pad brings a number of its own, and a concatenation two. */
const viewOfConstant: Rule = (g, { op, inputs, attributes, type }) => {
  const values = inputs.map((input) => constantOf(g, input));
  if (op === 'pad') values.push(Number(attributes.value));
  const [value] = values;
  if (value === undefined || values.some((other) => !Object.is(other, value))) return undefined;
  return g.constant(value, type.shape, type.element);
};

/** Same shape, no change: for every view but those that reorder. */
const unchanged: Rule = (_g, { op, inputs, attributes, type }) => {
  const [x] = inputs;
  if (inputs.length !== 1 || !sameShape(x.type.shape, type.shape)) return undefined;
  if (op === 'flip') return numbersOf(attributes, 'axes').length === 0 ? x : undefined;
  if (op === 'permute') return numbersOf(attributes, 'order').every((axis, i) => axis === i) ? x : undefined;
  return x;
};

const compositions: Rule = (g, { op, inputs: [x], attributes, type }) => {
  const [source] = (x && inputsOf(g, x, op)) ?? [];
  if (!source) return undefined;
  switch (op) {
    case 'reshape':
      return g.reshape(source, type.shape);
    case 'broadcast_to':
      return g.broadcastTo(source, type.shape);
    case 'permute': {
      const inner = numbersOf(g.node(x).attributes, 'order');
      return g.permute(
        source,
        numbersOf(attributes, 'order').map((axis) => inner[axis]),
      );
    }
    default:
      return undefined;
  }
};

/** Axes of size 1 in front need not be added before broadcasting, which adds them itself. */
const leadingOnes: Rule = (g, { op, inputs: [x], type }) => {
  const [source] = (op === 'broadcast_to' && inputsOf(g, x, 'reshape')) || [];
  if (!source) return undefined;
  const lead = x.type.shape.length - source.type.shape.length;
  return lead > 0 && sameShape(x.type.shape.slice(lead), source.type.shape)
    ? g.broadcastTo(source, type.shape)
    : undefined;
};

/** A transposed product is the product of the transposed factors in the other order, whose transpositions may cancel. */
const transposedProduct: Rule = (g, { op, inputs: [x], attributes }) => {
  if (op !== 'permute' || x.type.shape.length !== 2) return undefined;
  const [a, b] = inputsOf(g, x, 'matmul') ?? [];
  return a && g.op('matmul', [g.op('permute', [b], attributes), g.op('permute', [a], attributes)]);
};

export const movementRules: readonly Rule[] = [unchanged, viewOfConstant, compositions, leadingOnes, transposedProduct];
