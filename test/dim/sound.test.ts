/** A dimension's normal form never changes its value: random formulas against plain integer arithmetic. */
import { expect, test } from 'vitest';
import { lowerBound } from '../../compiler/dim/bounds.ts';
import { type Dim, DimensionError, dim } from '../../compiler/dim/dim.ts';
import { drawn, type Formula, generator, grid, namesIn, text, toDim, valueAt } from './formula.ts';

/** The dimension, or undefined where the formula divides by zero or grows too long. */
function dimOf(formula: Formula): Dim | undefined {
  try {
    return toDim(formula);
  } catch (error) {
    if (error instanceof DimensionError) return undefined;
    throw new Error(`failed on ${text(formula)}`, { cause: error });
  }
}

/** Where the formula has a value, the dimension has the same. */
function agree(formula: Formula, d: Dim, env: Record<string, number>): void {
  const value = valueAt(formula, env);
  if (!Number.isSafeInteger(value)) return;
  const found = dim.evaluate(d, env);
  if (found !== value) expect.fail(`${text(formula)} is ${value}, not ${found} at ${JSON.stringify(env)}: ${d.key}`);
}

test('5,000 random formulas of up to three sizes have their values, all of them above their bound', () => {
  const random = generator(7);
  let computed = 0;
  for (let i = 0; i < 5000; i++) {
    const names = ['H', 'W', 'N'].slice(0, 1 + random(3));
    const formula = drawn(random, 1 + random(4), names);
    const d = dimOf(formula);
    if (!d) continue;
    computed++;
    const least = lowerBound(d);
    const used = namesIn(formula);
    for (const env of grid(used, used.length === 1 ? 12 : used.length === 2 ? 6 : 4)) {
      agree(formula, d, env);
      const value = valueAt(formula, env);
      if (Number.isSafeInteger(value) && value < least)
        expect.fail(`${text(formula)} is ${value} at ${JSON.stringify(env)}, below ${least}`);
    }
  }
  expect(computed).toBeGreaterThan(4000);
});

test('formulas that are equal as dimensions have equal values: 200,000 pairs', () => {
  const random = generator(11);
  const formulas = Array.from({ length: 633 }, () => drawn(random, 1 + random(2), ['H', 'W']));
  const cells = grid(['H', 'W'], 8);
  const known = formulas.flatMap((formula) => {
    const d = dimOf(formula);
    return d ? [{ formula, d, values: cells.map((env) => valueAt(formula, env)) }] : [];
  });
  let [equal, pairs] = [0, 0];
  for (const [i, a] of known.entries()) {
    for (const b of known.slice(0, i)) {
      pairs++;
      if (!dim.equal(a.d, b.d)) continue;
      equal++;
      const differs = a.values.some((value, at) => {
        const other = b.values[at];
        return Number.isSafeInteger(value) && Number.isSafeInteger(other) && value !== other;
      });
      if (differs) expect.fail(`${text(a.formula)} is not ${text(b.formula)}`);
    }
  }
  expect(pairs).toBeGreaterThan(150_000);
  expect(equal).toBeGreaterThan(1000);
});

test('putting sizes in afterwards is the same as before', () => {
  const random = generator(13);
  for (let i = 0; i < 1000; i++) {
    const formula = drawn(random, 1 + random(3), ['H', 'W']);
    const d = dimOf(formula);
    if (!d) continue;
    for (const env of grid(['H', 'W'], 4)) {
      const value = valueAt(formula, env);
      if (!Number.isSafeInteger(value)) continue;
      const half = dim.substitute(d, { H: dim.int(env.H) });
      expect(dim.constant(dim.substitute(half, { W: dim.int(env.W) })), text(formula)).toBe(value);
    }
  }
});
