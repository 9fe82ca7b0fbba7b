/**
 * Every prefix of every program, as while it is typed, ends in diagnostics. Of the repository's files and the README each
 * character is a prefix's end; of the catalogue's many examples each word and sign is.
 */
import { expect, test } from 'vitest';
import { examples, files } from './programs.ts';
import { survives } from './survive.ts';

/** Within a comment every prefix is the same program: only its first characters count. */
const isWithinComment = (text: string, end: number): boolean => {
  const line = text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
  return /^\s*\/\/.{3,}$/.test(line);
};

test.each(files)('every prefix of %s', (_, text) => {
  expect(text.length).toBeGreaterThan(100);
  for (let end = 0; end <= text.length; end++) if (!isWithinComment(text, end)) survives(text.slice(0, end));
});

test("every word's end in every example of the catalogue", () => {
  let prefixes = 0;
  for (const [, text] of examples) {
    for (const { index } of text.matchAll(/\b|(?<=[^\w\s])/g)) {
      survives(text.slice(0, index));
      prefixes++;
    }
  }
  expect(prefixes).toBeGreaterThan(5000);
});
