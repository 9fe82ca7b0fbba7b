/**
 * Every prefix of every program, as while it is typed, ends in diagnostics. Of the repository's files and the README each
 * character is a prefix's end (but the later ones of long names and comments); of the catalogue's many examples each word and sign is.
 */
import { expect, test } from 'vitest';
import { examples, files } from './programs.ts';
import { survives } from './survive.ts';

/** Where one more character makes the same kind of program: in a comment after its start, in a name after three letters. */
const isAlike = (text: string, end: number): boolean => {
  const line = text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
  return /^\s*\/\/.{3,}$/.test(line) || (/\w{4}$/.test(line) && /\w/.test(text[end] ?? ''));
};

test.each(files)('every prefix of %s', (_, text) => {
  expect(text.length).toBeGreaterThan(100);
  for (let end = 0; end <= text.length; end++) if (!isAlike(text, end)) survives(text.slice(0, end));
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
