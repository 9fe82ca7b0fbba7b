/**
 * Families of formulas in which dimensions are equal exactly where their values are: every member is compared with every other
 * through its values on a range of sizes. Products of quotients, and minima of three and more quotients, are not among them.
 */
import { describe, expect, test } from 'vitest';
import { dim } from '../../compiler/dim/dim.ts';
import { ceil, type Formula, floor, grid, max, min, minus, mod, plus, text, times, toDim, valueAt } from './formula.ts';

/** Members with the same values on the grid must be equal, the others not. How many different ones there are. */
function expectDecided(family: readonly Formula[], names: readonly string[], most: number): number {
  const cells = grid(names, most);
  const classes = new Map<string, Formula>();
  const keys = new Map<string, Formula>();
  for (const formula of family) {
    const values = cells.map((env) => valueAt(formula, env)).join(',');
    const first = classes.get(values) ?? formula;
    classes.set(values, first);
    const [a, b] = [toDim(first), toDim(formula)];
    if (!dim.equal(a, b)) expect.fail(`${text(first)} and ${text(formula)} are alike, but ${a.key} is not ${b.key}`);
    const other = keys.get(b.key) ?? formula;
    keys.set(b.key, other);
    if (cells.map((env) => valueAt(other, env)).join(',') !== values)
      expect.fail(`${text(other)} and ${text(formula)} differ, and both are ${b.key}`);
  }
  return classes.size;
}

const integers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('one rounded quotient of a linear formula, a multiple and a constant beside it', () => {
  const family = [floor, ceil, mod].flatMap((round) =>
    integers(1, 6).flatMap((q) =>
      integers(-5, 5).flatMap((a) =>
        integers(-4, 4).flatMap((r) =>
          integers(-1, 1).map((k) => plus(round(plus(times(a, 'H'), r), q), plus(times(k, 'H'), k))),
        ),
      ),
    ),
  );
  expect(expectDecided(family, ['H'], 60)).toBeGreaterThan(1000);
});

test('quotients of quotients', () => {
  const rounds = [floor, ceil];
  const family = rounds.flatMap((outer) =>
    rounds.flatMap((inner) =>
      integers(1, 4).flatMap((p) =>
        integers(1, 4).flatMap((q) =>
          integers(-2, 2).flatMap((r) => integers(-2, 2).map((s) => outer(plus(inner(plus('H', r), p), s), q))),
        ),
      ),
    ),
  );
  expect(expectDecided(family, ['H'], 48)).toBeGreaterThan(100);
});

test('the difference of two quotients', () => {
  const family = integers(1, 4).flatMap((q) =>
    integers(-2, 2).flatMap((r) =>
      integers(-2, 2).flatMap((s) => [
        minus(floor(plus('H', r), q), ceil(plus('H', s), q)),
        plus(floor(plus('H', r), q), ceil(plus('H', s), q)),
        minus('H', floor(plus('H', r), q)),
      ]),
    ),
  );
  expect(expectDecided(family, ['H'], 48)).toBeGreaterThan(50);
});

test('the smaller and the larger of two linear formulas', () => {
  // Steeper formulas meet between integers: min(2 * H, 3) is min(H, 2) + 1.
  const linear = integers(0, 1).flatMap((a) =>
    integers(0, 1).flatMap((b) => integers(-2, 2).map((c) => plus(plus(times(a, 'H'), times(b, 'W')), c))),
  );
  const family = linear.flatMap((a) => linear.flatMap((b) => [min(a, b), max(a, b)]));
  expect(expectDecided(family, ['H', 'W'], 7)).toBeGreaterThan(100);
});

describe('windows over H', () => {
  /** PyTorch's formula, and other ways to write the same. */
  const writings: readonly ((k: number, s: number, p: number, d: number) => Formula)[] = [
    (k, s, p, d) => plus(floor(minus(minus(plus('H', 2 * p), d * (k - 1)), 1), s), 1),
    (k, s, p, d) => floor(plus(minus(plus('H', 2 * p), d * (k - 1) + 1), s), s),
    (k, s, p, d) => ceil(minus(plus('H', 2 * p), d * (k - 1)), s),
    (k, s, p, d) => minus(0, floor(minus(d * (k - 1) - 2 * p, 'H'), s)),
    (k, s, p, d) => plus(1, floor(plus('H', 2 * p - d * (k - 1) - 1), s)),
  ];

  test.each([
    [3, 1, 1, 1],
    [3, 2, 1, 1],
    [7, 2, 3, 1],
    [1, 2, 0, 1],
    [11, 4, 2, 1],
    [3, 3, 0, 2],
    [5, 1, 4, 2],
    [2, 2, 0, 1],
  ])('kernel %i, stride %i, padding %i, dilation %i', (k, s, p, d) => {
    const dims = writings.map((write) => toDim(write(k, s, p, d)));
    for (const [i, other] of dims.entries()) expect(dim.equal(other, dims[0]), `writing ${i}`).toBe(true);
  });

  const conv = (size: Formula, k: number, s: number, p: number): Formula =>
    plus(floor(minus(plus(size, 2 * p), k), s), 1);

  test("a residual block's two branches agree: a 3x3 with padding 1 and a 1x1, both of stride 2", () => {
    const main = toDim(conv('H', 3, 2, 1));
    for (const same of [conv('H', 1, 2, 0), ceil('H', 2), floor(plus('H', 1), 2), plus(floor(minus('H', 1), 2), 1)]) {
      expect(dim.equal(toDim(same), main), text(same)).toBe(true);
    }
    expect(dim.show(main)).toBe('ceil(H / 2)');
  });

  test("ResNet's five halvings are one quotient by 32", () => {
    const stem = conv(conv('H', 7, 2, 3), 3, 2, 1);
    const last = [1, 2, 3].reduce<Formula>((size) => conv(size, 3, 2, 1), stem);
    expect(dim.equal(toDim(last), toDim(ceil('H', 32)))).toBe(true);
    expect(dim.show(toDim(last))).toBe('ceil(H / 32)');
    const pooled = [1, 2, 3].reduce<Formula>((size) => floor(size, 2), 'H');
    expect(dim.show(toDim(pooled))).toBe('H / 8');
  });

  test('what is not the same', () => {
    const unequal: readonly (readonly [Formula, Formula])[] = [
      [times(floor('H', 2), 2), 'H'],
      [ceil('H', 2), floor('H', 2)],
      [floor(plus('H', 'W'), 2), plus(floor('H', 2), floor('W', 2))],
      [times(floor('H', 2), floor('W', 2)), floor(times('H', 'W'), 4)],
      [mod('H', 2), 0],
      [min('H', 'W'), 'H'],
      [ceil(ceil('H', 2), 3), ceil('H', 5)],
    ];
    for (const [a, b] of unequal) expect(dim.equal(toDim(a), toDim(b)), `${text(a)} and ${text(b)}`).toBe(false);
  });
});
