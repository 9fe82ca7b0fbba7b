/** Whatever is written, the checker answers with diagnostics, soon, and never with an exception. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue } from '../../compiler/diagnostics/catalogue.ts';
import { generator } from '../support/generator.ts';
import { checkText } from './harness.ts';

const models = new URL('../../models/', import.meta.url);
const std = new URL('../../compiler/std/', import.meta.url);
const readAll = (folder: URL): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.net'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));

const programs: readonly string[] = [
  ...readAll(models),
  ...readAll(std).map((text) => text.replaceAll('intrinsic fn', 'fn')),
  ...Object.values(catalogue).flatMap(({ failing, fixed }) => [failing, fixed]),
];
const files = { './fashion_mnist.net': readFileSync(new URL('fashion_mnist.net', models), 'utf8') };

/** Deletes, repeats, swaps or replaces a few words and signs. */
function edited(text: string, random: (below: number) => number): string {
  const tokens = text.match(/\w+|\s+|\|>|->|\.\.\.|[^\w\s]/g) ?? [];
  for (let n = 1 + random(3); n > 0; n--) {
    const [i, j] = [random(tokens.length), random(tokens.length)];
    const edit = random(5);
    if (edit === 0) tokens.splice(i, 1);
    else if (edit === 1) tokens.splice(i, 0, tokens[i]);
    else if (edit === 2) [tokens[i], tokens[j]] = [tokens[j], tokens[i]];
    else
      tokens[i] =
        edit === 3
          ? tokens[j]
          : ['0', '-1', '1e9', '99999999999999999', 'N', 'x', '()', '[]', '2.5', '"s"'][random(10)];
  }
  return tokens.join('');
}

test('random edits of programs end in diagnostics', () => {
  const random = generator(20240607);
  for (let n = 0; n < Number(process.env.NETC_EDITS ?? 200); n++) {
    const text = edited(programs[random(programs.length)], random);
    const start = performance.now();
    try {
      for (const { message, span } of checkText(text, files, false).diagnostics) {
        expect(message).not.toMatch(/undefined|NaN|\[object/);
        expect(span.start).toBeLessThanOrEqual(span.end);
        expect(span.end).toBeLessThanOrEqual(span.file.text.length);
      }
    } catch (error) {
      throw new Error(`the checker failed on:\n${text}`, { cause: error });
    }
    expect(performance.now() - start, text).toBeLessThan(2000);
  }
});

test('layers that use themselves, once or many times, end', () => {
  const chain = (body: string): string => `
fn f(x: f32[...S], n: int) -> f32[...S] { if n == 0 { x } else { ${body} } }

model Net(image: f32[N, 8]) -> f32[N, 8] { f(image, 80) }
`;
  expect(checkText(chain('f(relu(x), n - 1)')).diagnostics).toEqual([]);
  expect(checkText(chain('f(x, n - 1) + f(x, n - 1)')).diagnostics.map((d) => d.code)).toEqual(['E0209']);
  expect(checkText(chain('f(x, n + 1)')).diagnostics.map((d) => d.code)).toEqual(['E0209']);
});

test('long pipelines and sums are checked without running out of stack', () => {
  const pipe = `model Net(image: f32[N, 8]) -> f32[N, 8] {\n  image${' |> relu'.repeat(200)} |> [1000 * relu]\n}\n`;
  expect(checkText(pipe).diagnostics).toEqual([]);
  const sum = `model Net(image: f32[N, 8]) -> f32[N, 8] {\n  image${' + image'.repeat(200)}\n}\n`;
  expect(checkText(sum).diagnostics).toEqual([]);
});
