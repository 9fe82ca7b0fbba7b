/**
 * Every prefix of every program, as while it is typed, ends in diagnostics. Of the repository's files and the README every
 * fourth character is a prefix's end (but the later ones of names, comments and indentation); of the standard library and of the
 * catalogue's many examples every sixteenth end of a word or sign is.
 */
import { expect, test } from 'vitest';
import { examples, files } from './programs.ts';
import { survives } from './survive.ts';

/**
 * Where one more character makes the same kind of program: in a comment after its start, in a name after two letters, in
 * indentation.
 */
const isAlike = (text: string, end: number): boolean => {
  const line = text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
  return /^\s*\/\/.{3,}$/.test(line) || (/\w{3}$/.test(line) && /\w/.test(text[end] ?? '')) || /\s\s$/.test(line);
};

const library = files.filter(([name]) => name.startsWith('compiler/std'));
const others = files.filter(([name]) => !name.startsWith('compiler/std'));

test.each(others)('every fourth prefix of %s', (_, text) => {
  expect(text.length).toBeGreaterThan(100);
  for (let end = 0; end <= text.length; end += 4) if (!isAlike(text, end)) survives(text.slice(0, end));
});

/** Where a word, a sign or a line ends outside of comments. */
const ends = (text: string): number[] =>
  [...text.matchAll(/\b|(?<=[^\w\s])/g)].map(({ index }) => index).filter((end) => !isAlike(text, end));

test("every sixteenth end of a word or sign in the standard library and the catalogue's examples", () => {
  let prefixes = 0;
  for (const [, text] of [...library, ...examples]) {
    for (const end of ends(text).filter((_, i) => i % 16 === 0)) {
      survives(text.slice(0, end));
      prefixes++;
    }
  }
  expect(library.length).toBeGreaterThan(5);
  expect(prefixes).toBeGreaterThan(625);
});
