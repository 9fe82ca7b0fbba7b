/**
 * Random numbers inside a program. A draw is a pure function of the step's key, the draw's site and the element's index:
 * whether a kernel stores it or another computes it again, and however many threads there are, the bits are the same.
 * Other distributions are made of this one, in the language.
 */
import { dim } from '../dim/dim.ts';
import { dimsOf, numberOf } from './attributes.ts';
import type { Expr } from './expr.ts';
import { philoxUniform } from './philox.ts';
import { type Primitive, primitive } from './primitive.ts';
import { positionOf, tensor } from './reference.ts';

/** The uniforms that hold a step's key, 24 bits each: what an f32 holds exactly. */
export const KEY_UNIFORMS = ['key0', 'key1'] as const;

export const random: Primitive = primitive({
  name: 'random',
  doc:
    'Numbers drawn evenly from [0, 1), one of 2^24 equally spaced values each. `site` numbers the draw in its program: ' +
    'draws of different sites are independent, those of one site and shape the same.',
  kind: 'draw',
  inputs: [],
  infer: (_inputs, attributes) => {
    const site = numberOf(attributes, 'site');
    if (!Number.isInteger(site) || site < 0) return { problem: `a draw's site is a number from 0 on, not ${site}` };
    return { element: 'f32', shape: dimsOf(attributes, 'shape') };
  },
  grad: () => [],
  lower: (l, _inputs, { type, attributes }, index) => {
    const position = index.reduce((before, i, axis) => l.add(l.mul(before, l.size(type.shape[axis])), i), l.int(0));
    const key = KEY_UNIFORMS.map((name): Expr => l.apply('to_i32', { kind: 'uniform', type: 'f32', name }));
    return l.apply('philox', position, l.int(numberOf(attributes, 'site')), ...key);
  },
  // Without a key, that of runs that are no training steps.
  reference: (_inputs, attributes, { key0 = 0, key1 = 0 } = {}) => {
    const shape = dimsOf(attributes, 'shape').map((d) => dim.evaluate(d, {}));
    const site = numberOf(attributes, 'site');
    return tensor(shape, (...index) => philoxUniform(positionOf(shape, index), site, key0, key1));
  },
  cases: [
    { name: 'matrix', inputs: [], attributes: { shape: [3, 8].map(dim.int), site: 0 } },
    { name: 'odd sizes', inputs: [], attributes: { shape: [3, 5, 7].map(dim.int), site: 4 } },
    { name: 'scalar', inputs: [], attributes: { shape: [], site: 1 } },
  ],
});
