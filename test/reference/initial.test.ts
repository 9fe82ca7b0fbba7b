/** Parameters start as PyTorch's do: the distributions of its layers and of torch.nn.init, for the same shapes. */
import { expect, test } from 'vitest';
import type { Initializer } from '../../compiler/2-check/typed.ts';
import { initialValues } from '../../runtime/weights/initialize.ts';
import { checkText, checkValid } from '../check/harness.ts';
import { initialRows } from './fixtures.ts';

const rows = initialRows();

/** By the parameter's path below `l.`, or its own. */
function initials(body: string): Record<string, Initializer> {
  const { models } = checkValid(`model Net(${body}\n}\n`);
  return Object.fromEntries(models[0].parameters.map(({ path, init }) => [path.replace('l.', ''), init]));
}

/** -0 is 0, and bounds agree to the precision of float32, in which PyTorch may have had them. */
function expectSame(actual: Initializer, expected: Initializer): void {
  expect(actual.kind).toBe(expected.kind);
  const [mine, theirs] = [actual, expected].map((init) => new Map<string, string | number>(Object.entries(init)));
  expect([...mine.keys()].sort()).toEqual([...theirs.keys()].sort());
  for (const [name, value] of theirs) {
    if (name !== 'kind') expect(mine.get(name), name).toBeCloseTo(Number(value), 7);
  }
}

test.each(rows.filter((row) => 'layer' in row))('$layer', ({ layer, input, init }) => {
  const element = layer.startsWith('Embedding') ? 'class(6)' : 'f32';
  const type = typeof input === 'string' ? `${input}[N]` : `${element}[N, ${input.join(', ')}]`;
  const given = layer.startsWith('Multihead') ? '(x, x, x)' : 'x';
  const found = initials(`x: ${type}) {
  ${given} |> l: ${layer}`);
  expect(Object.keys(found)).toEqual(Object.keys(init));
  for (const [name, expected] of Object.entries(init)) expectSame(found[name], expected);
});

test.each(rows.filter((row) => 'function' in row))('$function of $shape', ({ function: call, shape, init }) => {
  const found = initials(`x: f32[N, 1]) {\n  param p: f32[${shape.join(', ')}] = ${call}\n  x + sum(p)`);
  expectSame(found.p, init);
});

test.each(rows.filter((row) => 'truncated' in row))('trunc_normal($truncated)', ({ truncated, mean, std }) => {
  const names: Readonly<Record<string, string>> = { a: 'low', b: 'high' };
  const given = Object.entries(truncated).map(([name, value]) => `${names[name] ?? name}=${value}`);
  const { p: init } = initials(`x: f32[N, 1]) {\n  param p: f32[2] = trunc_normal(${given.join(', ')})\n  x + sum(p)`);
  const count = 100_000;
  const values = initialValues({ name: 'p', shape: [count], offset: 0, strides: [1], trainable: true, init }, 0, 5);
  const average = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / count;
  // Four standard errors of the mean; the deviation's error is smaller.
  const error = (4 * std) / Math.sqrt(count);
  expect(Math.abs(average - mean)).toBeLessThan(error + 1e-4);
  expect(Math.abs(Math.sqrt(variance) - std)).toBeLessThan(error + 1e-4);
  const { a = -2, b = 2 } = truncated;
  expect(values.every((value) => value >= a && value <= b)).toBe(true);
});

test.each(['mean=3', 'std=0', 'low=-0.1, high=0.1', 'low=2, high=-2'])('trunc_normal(%s) is refused', (given) => {
  const text = `model Net(x: f32[N, 1]) {\n  param p: f32[2] = trunc_normal(${given})\n  x + sum(p)\n}\n`;
  expect(checkText(text).diagnostics.map(({ code }) => code)).toEqual(['E0404']);
});
