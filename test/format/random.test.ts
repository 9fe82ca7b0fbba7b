/** Thousands of layouts of valid programs: formatting them keeps tree, words and comments, and is idempotent. */
import { expect, test } from 'vitest';
import { parse } from '../../compiler/1-parse/index.ts';
import { programs } from './programs.ts';
import { scramble } from './scramble.ts';
import { checked, generator } from './support.ts';

test('1,200 random layouts', { timeout: 300_000 }, () => {
  const texts = [...programs.values()];
  const random = generator(Number(process.env.NETC_SEED ?? 7));
  const rounds = Number(process.env.NETC_ROUNDS ?? 1200);
  let valid = 0;
  let comments = 0;
  for (let i = 0; i < rounds; i++) {
    const text = scramble(texts[i % texts.length], random);
    const { diagnostics, module } = parse({ path: 'main.net', text });
    if (diagnostics.length > 0) continue;
    valid++;
    comments += module.comments.length;
    try {
      checked(text);
    } catch (error) {
      expect.fail(`${error instanceof Error ? error.message : String(error)}\n${text}`);
    }
  }
  // A draw that hardly ever is a program would test nothing.
  expect(valid).toBeGreaterThan(rounds / 2);
  expect(comments).toBeGreaterThan(rounds);
});
