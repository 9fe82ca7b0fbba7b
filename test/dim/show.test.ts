/** Dimensions in a user's words: what is shown reads as written by hand, and means the same dimension when read back. */
import { expect, test } from 'vitest';
import type { Expression } from '../../compiler/1-parse/ast.ts';
import { parse } from '../../compiler/1-parse/index.ts';
import { type Dim, DimensionError, dim } from '../../compiler/dim/dim.ts';
import { drawn, generator, grid, text, toDim, valueAt } from './formula.ts';

/** A formula as the language writes it. */
function read(shown: string): Dim {
  const { module, diagnostics } = parse({ path: 'main.net', text: `const size = ${shown}` });
  const [declaration] = module.declarations;
  if (diagnostics.length > 0 || declaration?.kind !== 'const') throw new Error(`not a formula: ${shown}`);
  return meaning(declaration.value);
}

const operations = { '+': dim.add, '-': dim.sub, '*': dim.mul, '/': dim.floorDiv, '%': dim.mod } as const;

function meaning(expression: Expression): Dim {
  switch (expression.kind) {
    case 'number':
      return dim.int(expression.value);
    case 'name':
      return dim.symbol(expression.name);
    case 'unary':
      return dim.sub(dim.int(0), meaning(expression.operand));
    case 'binary': {
      const operation = Object.entries(operations).find(([operator]) => operator === expression.operator)?.[1];
      if (operation) return operation(meaning(expression.left), meaning(expression.right));
      break;
    }
    case 'call': {
      const name = expression.callee.kind === 'name' ? expression.callee.name : '';
      const [first, ...rest] = expression.arguments.map(({ value }) => value);
      if (name === 'ceil' && first.kind === 'binary') return dim.ceilDiv(meaning(first.left), meaning(first.right));
      if (name === 'min') return rest.reduce((least, next) => dim.min(least, meaning(next)), meaning(first));
      if (name === 'max') return rest.reduce((most, next) => dim.max(most, meaning(next)), meaning(first));
    }
  }
  throw new Error(`not a formula: ${JSON.stringify(expression.span.file.text)}`);
}

test.each([
  'N',
  '0',
  '-3',
  'N + 1',
  'N - 1',
  '-N',
  '2 * H + 1',
  '128 * N',
  'H * W',
  '2 * H * W + 3 * N',
  'H / 2',
  'ceil(H / 2)',
  '(H + 1) / 4',
  'ceil(H / 4)',
  '(H - 1) / 2',
  'ceil(H / 2) + 1',
  '(2 * H + 1) / 3',
  '2 * H / 3',
  'H * (W / 2)',
  '2 * (H / 2)',
  'ceil(H / 2) * ceil(W / 2)',
  'H % 2',
  'H % 8 + 1',
  '2 * (H % 2)',
  '(H + 3) % 8',
  'H / W',
  'ceil(H / W)',
  'H % W',
  'min(H, 5)',
  'max(H, 5)',
  'max(H, W)',
  'min(H, 7) + 2',
  'min(H / 2, W)',
  'max(H, 3) - 1',
  '2 * max(H, W)',
  'min(H, W, 9)',
])('%s', (written) => {
  expect(dim.show(read(written))).toBe(written);
});

test.each([
  ['(H + 1) / 2', 'ceil(H / 2)'],
  ['(H - 1) / 2 + 1', 'ceil(H / 2)'],
  ['H - H / 2', 'ceil(H / 2)'],
  ['-(-H / 3)', 'ceil(H / 3)'],
  ['(H + 2 * 1 - 2 - 1) / 1 + 1', 'H'],
  ['(H + 2 * 3 - 6 - 1) / 2 + 1', 'ceil(H / 2)'],
  ['H - 2 * (H / 2)', 'H % 2'],
  ['ceil(ceil(H / 2) / 2)', 'ceil(H / 4)'],
  ['5 + N', 'N + 5'],
  ['5 - N', '-N + 5'],
  ['max(N, 1)', 'N'],
  ['min(2 * H, 2 * W)', '2 * min(H, W)'],
])('%s is shown as %s', (written, shown) => {
  expect(dim.show(read(written))).toBe(shown);
});

test('whatever is shown means the same when it is read', () => {
  const random = generator(17);
  const names = ['H', 'N', 'W'];
  let [compared, equal] = [0, 0];
  for (let i = 0; i < 1500; i++) {
    const formula = drawn(random, 1 + random(3), names);
    try {
      const d = toDim(formula);
      const shown = dim.show(d);
      const back = read(shown);
      compared++;
      if (dim.equal(back, d)) equal++;
      for (const env of grid(names, 3)) {
        if (!Number.isSafeInteger(valueAt(formula, env))) continue;
        if (dim.evaluate(back, env) !== dim.evaluate(d, env))
          expect.fail(`${text(formula)} is shown as ${shown}: ${d.key}, not ${back.key}`);
      }
    } catch (error) {
      if (!(error instanceof DimensionError)) throw error;
    }
  }
  expect(compared).toBeGreaterThan(1200);
  // A half within another quotient may be written as what it leaves of the whole, which is not seen to be equal.
  expect(equal / compared).toBeGreaterThan(0.98);
});
