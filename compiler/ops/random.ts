/**
 * Random numbers inside a program. A draw is a pure function of a key, the draw's site and the element's index: whether a
 * kernel stores it or another computes it again, and however many threads there are, the bits are the same. The key is the
 * step's; or, for what belongs to a sample (an augment's draws), the epoch's, and the sample counts by its place in the
 * epoch: however large the batches are, a sample is drawn for alike. Other distributions are made of this one, in the language.
 */
import { dim } from '../dim/dim.ts';
import { dimsOf, numberOf } from './attributes.ts';
import type { Expr } from './expr.ts';
import { philoxUniform } from './philox.ts';
import { type Primitive, primitive } from './primitive.ts';
import { positionOf, tensor } from './reference.ts';
import type { Attributes } from './types.ts';

/** The uniforms that hold a step's key, 24 bits each: what an f32 holds exactly. */
export const KEY_UNIFORMS = ['key0', 'key1'] as const;
/** The epoch's key, and the place of the batch's first sample in the epoch. */
export const EPOCH_UNIFORMS = ['epochKey0', 'epochKey1', 'first'] as const;

const isPerSample = (attributes: Attributes): boolean => attributes.perSample === true;

export const random: Primitive = primitive({
  name: 'random',
  doc:
    'Numbers drawn evenly from [0, 1), one of 2^24 equally spaced values each. `site` numbers the draw in its program: ' +
    'draws of different sites are independent, those of one site and shape the same. `perSample`: the first axis counts ' +
    'samples, which draw by their place in the epoch instead of the step.',
  kind: 'draw',
  inputs: [],
  infer: (_inputs, attributes) => {
    const site = numberOf(attributes, 'site');
    if (!Number.isInteger(site) || site < 0) return { problem: `a draw's site is a number from 0 on, not ${site}` };
    const shape = dimsOf(attributes, 'shape');
    if (isPerSample(attributes) && shape.length === 0)
      return { problem: 'a draw for each sample has an axis of samples' };
    return { element: 'f32', shape };
  },
  grad: () => [],
  lower: (l, _inputs, { type, attributes }, index) => {
    const uniform = (name: string): Expr => l.apply('to_i32', { kind: 'uniform', type: 'f32', name });
    const [key0, key1, first] = EPOCH_UNIFORMS.map(uniform);
    const perSample = isPerSample(attributes);
    const places = perSample ? [l.add(index[0], first), ...index.slice(1)] : index;
    const position = places.reduce((before, i, axis) => l.add(l.mul(before, l.size(type.shape[axis])), i), l.int(0));
    const key = perSample ? [key0, key1] : KEY_UNIFORMS.map(uniform);
    return l.apply('philox', position, l.int(numberOf(attributes, 'site')), ...key);
  },
  // Without a key, that of runs that are no training steps.
  reference: (_inputs, attributes, { key0 = 0, key1 = 0, epochKey0 = 0, epochKey1 = 0, first = 0 } = {}) => {
    const shape = dimsOf(attributes, 'shape').map((d) => dim.evaluate(d, {}));
    const site = numberOf(attributes, 'site');
    if (!isPerSample(attributes))
      return tensor(shape, (...index) => philoxUniform(positionOf(shape, index), site, key0, key1));
    return tensor(shape, (n, ...rest) =>
      philoxUniform(positionOf(shape, [first + n, ...rest]), site, epochKey0, epochKey1),
    );
  },
  cases: [
    { name: 'matrix', inputs: [], attributes: { shape: [3, 8].map(dim.int), site: 0 } },
    { name: 'odd sizes', inputs: [], attributes: { shape: [3, 5, 7].map(dim.int), site: 4 } },
    { name: 'for each sample', inputs: [], attributes: { shape: [5, 6].map(dim.int), site: 2, perSample: true } },
    { name: 'scalar', inputs: [], attributes: { shape: [], site: 1 } },
  ],
});
