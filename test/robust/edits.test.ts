/**
 * Random edits of every program end in diagnostics: thousands of them, the same ones each time. All are parsed, every fourth one is
 * checked too, which takes most of the time.
 */
import { expect, test } from 'vitest';
import { edited, generator } from './edits.ts';
import { examples, files } from './programs.ts';
import { survives } from './survive.ts';

/** `NETC_EDITS=120000` for a longer run, `NETC_SEED` for another one. */
const count = Number(process.env.NETC_EDITS ?? 5_000);
const seed = Number(process.env.NETC_SEED ?? 20240607);

test(`${count} random edits`, { timeout: 600_000 }, () => {
  const random = generator(seed);
  const programs = [...files, ...examples];
  const codes = new Set<string>();
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const text = edited(programs[random(programs.length)][1], random);
    const diagnostics = survives(text, i % 4 === 0 ? 'parse and check' : 'parse');
    if (diagnostics.length > 0) wrong++;
    for (const { code } of diagnostics) codes.add(code);
  }
  // Most edits are mistakes, of many kinds; a checker that took everything would not be one.
  expect(wrong).toBeGreaterThan(count * 0.5);
  expect(codes.size).toBeGreaterThan(Math.min(50, count / 100));
});
