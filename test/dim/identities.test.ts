/**
 * The identities that a dimension's normal form must know, each with random formulas in it. The other direction, that nothing
 * unequal becomes equal, is in sound.test.ts; whole families in which equal values mean equal dimensions, in families.test.ts.
 */
import { expect, test } from 'vitest';
import { DimensionError, dim } from '../../compiler/dim/dim.ts';
import {
  ceil,
  drawn,
  type Formula,
  floor,
  generator,
  max,
  min,
  minus,
  mod,
  plus,
  text,
  times,
  toDim,
} from './formula.ts';

type Sides = readonly [Formula, Formula];

interface Draw {
  /** Any formula: with quotients, remainders, minima. */
  readonly any: Formula;
  readonly other: Formula;
  readonly third: Formula;
  /** Sums and products of names and numbers. */
  readonly a: Formula;
  readonly b: Formula;
  readonly c: Formula;
  /** Integers from 1. */
  readonly q: number;
  readonly p: number;
}

const identities: Readonly<Record<string, (d: Draw) => Sides>> = {
  'a + b = b + a': ({ any, other }) => [plus(any, other), plus(other, any)],
  '(a + b) + c = a + (b + c)': ({ any, other, third }) => [
    plus(plus(any, other), third),
    plus(any, plus(other, third)),
  ],
  'a b = b a': ({ any, other }) => [times(any, other), times(other, any)],
  'a (b + c) = a b + a c': ({ any, other, third }) => [
    times(any, plus(other, third)),
    plus(times(any, other), times(any, third)),
  ],
  'a - a = 0': ({ any }) => [minus(any, any), 0],
  'a - (b - c) = a - b + c': ({ any, other, third }) => [
    minus(any, minus(other, third)),
    plus(minus(any, other), third),
  ],
  '(q a + b) / q = a + b / q': ({ a, b, q }) => [floor(plus(times(q, a), b), q), plus(a, floor(b, q))],
  '(a / p) / q = a / (p q)': ({ a, p, q }) => [floor(floor(a, p), q), floor(a, p * q)],
  '(a / p + b) / q = (a + p b) / (p q)': ({ a, b, p, q }) => [
    floor(plus(floor(a, p), b), q),
    floor(plus(a, times(p, b)), p * q),
  ],
  'ceil(ceil(a / p) / q) = ceil(a / (p q))': ({ a, p, q }) => [ceil(ceil(a, p), q), ceil(a, p * q)],
  'ceil(a / q) = (a + q - 1) / q': ({ any, q }) => [ceil(any, q), floor(plus(any, q - 1), q)],
  'ceil(a / q) = (a - 1) / q + 1': ({ any, q }) => [ceil(any, q), plus(floor(minus(any, 1), q), 1)],
  'ceil(a / q) = -(-a / q)': ({ a, q }) => [ceil(a, q), minus(0, floor(minus(0, a), q))],
  'a / q + ceil(-a / q) = 0': ({ a, q }) => [plus(floor(a, q), ceil(minus(0, a), q)), 0],
  'a / 2 + ceil(a / 2) = a': ({ a }) => [plus(floor(a, 2), ceil(a, 2)), a],
  'a / 3 + (a + 1) / 3 + (a + 2) / 3 = a': ({ a }) => [
    plus(floor(a, 3), plus(floor(plus(a, 1), 3), floor(plus(a, 2), 3))),
    a,
  ],
  '(p a) / (p q) = a / q': ({ a, p, q }) => [floor(times(p, a), p * q), floor(a, q)],
  '(p a + p - 1) / (p q) = a / q': ({ a, p, q }) => [floor(plus(times(p, a), p - 1), p * q), floor(a, q)],
  'a % q = a - q (a / q)': ({ any, q }) => [mod(any, q), minus(any, times(q, floor(any, q)))],
  '(a + q b) % q = a % q': ({ a, b, q }) => [mod(plus(a, times(q, b)), q), mod(a, q)],
  '(a % (p q)) % q = a % q': ({ a, p, q }) => [mod(mod(a, p * q), q), mod(a, q)],
  '(a % q) / q = 0': ({ a, q }) => [floor(mod(a, q), q), 0],
  '(a b) / b = a for a name b': ({ any }) => [floor(times(any, 'H'), 'H'), any],
  '(N a + N - 1) / N = a + (N - 1) / N = a': ({ a }) => [floor(plus(times('H', a), minus('H', 1)), 'H'), a],
  'ceil(a / N) = (a + N - 1) / N': ({ a }) => [ceil(a, 'H'), floor(plus(a, minus('H', 1)), 'H')],
  'a % N = a - N (a / N)': ({ a }) => [mod(a, 'H'), minus(a, times('H', floor(a, 'H')))],
  '(a / q) / N = a / (q N)': ({ a, q }) => [floor(floor(a, q), 'H'), floor(a, times(q, 'H'))],
  'min(a, a) = a': ({ any }) => [min(any, any), any],
  'min(a, b) = min(b, a)': ({ any, other }) => [min(any, other), min(other, any)],
  'max(a, b) = max(b, a)': ({ any, other }) => [max(any, other), max(other, any)],
  'min(min(a, b), c) = min(a, min(b, c))': ({ a, b, c }) => [min(min(a, b), c), min(a, min(b, c))],
  'max(max(a, b), c) = max(a, max(b, c))': ({ a, b, c }) => [max(max(a, b), c), max(a, max(b, c))],
  'min(a, b) + max(a, b) = a + b': ({ any, other }) => [plus(min(any, other), max(any, other)), plus(any, other)],
  'min(a + c, b + c) = min(a, b) + c': ({ a, b, any }) => [min(plus(a, any), plus(b, any)), plus(min(a, b), any)],
  'max(a + c, b + c) = max(a, b) + c': ({ a, b, any }) => [max(plus(a, any), plus(b, any)), plus(max(a, b), any)],
  'q min(a, b) = min(q a, q b)': ({ a, b, q }) => [times(q, min(a, b)), min(times(q, a), times(q, b))],
  'N min(a, b) = min(N a, N b)': ({ a, b }) => [times('N', min(a, b)), min(times('N', a), times('N', b))],
  'max(a, b) = -min(-a, -b)': ({ any, other }) => [max(any, other), minus(0, min(minus(0, any), minus(0, other)))],
  'min(a, b) / q = min(a / q, b / q)': ({ a, b, q }) => [floor(min(a, b), q), min(floor(a, q), floor(b, q))],
  'max(a, b) / q = max(a / q, b / q)': ({ a, b, q }) => [floor(max(a, b), q), max(floor(a, q), floor(b, q))],
  'min(a, max(a, b)) = a': ({ a, b }) => [min(a, max(a, b)), a],
  'max(a, min(a, b)) = a': ({ a, b }) => [max(a, min(a, b)), a],
  'max(N, 1) = N': () => [max('N', 1), 'N'],
  'min(N, N / q) = N / q': ({ q }) => [min('N', floor('N', q)), floor('N', q)],
  'ceil(1 / N) = 1': () => [ceil(1, 'N'), 1],
};

test.each(Object.keys(identities))('%s', (name) => {
  const random = generator(name.length * 7919 + 1);
  const names = ['H', 'N', 'W'];
  const sum = (): Formula => {
    const part = (): Formula =>
      random(4) === 0 ? times(names[random(3)], names[random(3)]) : times(random(11) - 5, names[random(3)]);
    return Array.from({ length: random(3) }, part).reduce(plus, random(15) - 7);
  };
  let compared = 0;
  for (let i = 0; i < 300; i++) {
    const any = (): Formula => drawn(random, 1 + random(2), names);
    const [left, right] = identities[name]({
      any: any(),
      other: any(),
      third: any(),
      a: sum(),
      b: sum(),
      c: sum(),
      q: 1 + random(7),
      p: 1 + random(5),
    });
    try {
      const [a, b] = [toDim(left), toDim(right)];
      compared++;
      if (!dim.equal(a, b)) expect.fail(`${text(left)} gives ${a.key}, ${text(right)} gives ${b.key}`);
      expect(dim.constant(dim.sub(a, b)), text(left)).toBe(0);
    } catch (error) {
      // Divisions by zero in what was drawn.
      if (!(error instanceof DimensionError)) throw error;
    }
  }
  expect(compared).toBeGreaterThan(200);
});
