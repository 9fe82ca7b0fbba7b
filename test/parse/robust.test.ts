/** Whatever is written, the parser answers with a tree and diagnostics: no exception, no long wait. */

import { Lexer } from 'chevrotain';
import { describe, expect, test } from 'vitest';
import { NetGrammar } from '../../compiler/1-parse/grammar/declarations.ts';
import { parse } from '../../compiler/1-parse/index.ts';
import { printModule } from '../../compiler/1-parse/print.ts';
import { allTokens } from '../../compiler/1-parse/tokens.ts';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { render } from '../../compiler/diagnostics/render.ts';
import { generator } from '../support/generator.ts';
import { repositoryFiles, shown } from './examples.ts';

/** Parses in under a second; every place lies in the text; a program that is damaged anywhere has an error. */
function survives(text: string): readonly Diagnostic[] {
  const start = performance.now();
  const { module, diagnostics } = parse({ path: 'main.net', text });
  const took = performance.now() - start;
  if (took > 1000) expect.fail(`took ${took} ms: ${JSON.stringify(text.slice(0, 1000))}`);
  for (const { span, notes, fixes } of diagnostics) {
    const edits = fixes.flatMap((fix) => fix.edits);
    for (const place of [span, ...notes.map((note) => note.span), ...edits.map((edit) => edit.span)]) {
      const inside = place.start >= 0 && place.start <= place.end && place.end <= text.length;
      if (!inside)
        expect.fail(`a span of ${place.start}..${place.end} in ${text.length} characters: ${JSON.stringify(text)}`);
    }
  }
  if (diagnostics.length === 0 && printModule(module).includes('(missing')) {
    expect.fail(`something is missing, and no error says so: ${JSON.stringify(text)}`);
  }
  if (diagnostics[0]) render(diagnostics[0], { color: true });
  return diagnostics;
}

test('words and grammar have no faults', () => {
  expect(() => new Lexer(allTokens, { ensureOptimizations: true })).not.toThrow();
  expect(() => new NetGrammar(true)).not.toThrow();
});

test.each([...repositoryFiles, ...shown])('%s has no error', (path, text) => {
  const { diagnostics } = parse({ path, text });
  expect(diagnostics.map((diagnostic) => render(diagnostic, { color: false }))).toEqual([]);
});

test.each([...shown, ['data set', repositoryFiles.get('models/fashion_mnist.net') ?? '']])(
  'every prefix of %s',
  (_, text) => {
    expect(text.length).toBeGreaterThan(200);
    for (let end = 0; end < text.length; end++) survives(text.slice(0, end));
  },
);

const surprises = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  ',',
  ':',
  '=',
  '|>',
  '->',
  '..',
  '...',
  '.',
  '-',
  '\n',
  ';',
  '/*',
];
surprises.push(
  'let ',
  'if ',
  'else ',
  'for ',
  'model ',
  'train ',
  'on ',
  '\\',
  '\u0000',
  '\u{1F600}',
  'é',
  '1e',
  '#',
  '\t',
);

/** Deletes, repeats, exchanges or inserts words, signs and characters. */
function edited(text: string, random: (below: number) => number): string {
  const parts = text.match(/\w+|\s+|\|>|->|\.\.\.|[^\w\s]/g) ?? [];
  for (let n = 1 + random(3); n > 0; n--) {
    const [i, j] = [random(parts.length), random(parts.length)];
    const edit = random(5);
    if (edit === 0) parts.splice(i, 1);
    else if (edit === 1) parts.splice(i, 0, parts[i]);
    else if (edit === 2) [parts[i], parts[j]] = [parts[j], parts[i]];
    else if (edit === 3) parts.splice(i, 0, surprises[random(surprises.length)]);
    else parts[i] = parts[i].slice(0, random(parts[i].length + 1));
  }
  return parts.join('');
}

test('2,000 random edits', () => {
  const programs = [...shown.values()];
  const random = generator(42);
  let wrong = 0;
  for (let i = 0; i < 2000; i++) {
    const text = edited(programs[i % programs.length], random);
    if (survives(text).length > 0) wrong++;
  }
  // Most of such edits break the syntax; a parser that took everything would not be one.
  expect(wrong).toBeGreaterThan(1000);
});

describe('deep and long', () => {
  const n = 10_000;
  test.each([
    ['( …', `const a = ${'('.repeat(n)}`, 'E0114'],
    ['( … )', `const a = ${'('.repeat(n)}${')'.repeat(n)}`, 'E0114'],
    ['[ …', `fn f(x: f32[]) { ${'['.repeat(n)}`, 'E0114'],
    ['{ …', `model A(x: f32[N]) -> f32[N] ${'{'.repeat(n)}`, 'E0114'],
    ['([{ …', `const a = 1\n${'([{'.repeat(n)}`, 'E0114'],
    [') …', ')'.repeat(n), 'E0103'],
    ['types', `fn f(x: ${'('.repeat(n)}int`, 'E0114'],
    ['- …', `const a = ${'-'.repeat(n)}1`, 'E0114'],
    ['not …', `const a = ${'not '.repeat(2000)}b`, 'E0114'],
    ['names', `const a = ${'a: '.repeat(2000)}1`, 'E0114'],
    ['+ …', `const a = ${'1 + '.repeat(2000)}1`, 'E0114'],
    ['|> …', `const a = x${' |> f'.repeat(2000)}`, 'E0114'],
    ['else if …', `const a = ${'if x { 1 } else '.repeat(1000)}{ 1 }`, 'E0114'],
    ['members', `const a = x${'.a'.repeat(2000)}`, 'E0114'],
    ['calls', `const a = f${'(1)'.repeat(2000)}`, 'E0114'],
    ['strings', '"'.repeat(n), 'E0111'],
    ['a string', `const a = "${')'.repeat(n)}x`, 'E0104'],
    ['a comment', `/*${'*'.repeat(n)}`, 'E0105'],
    ['a word', 'a'.repeat(100 * n), 'E0111'],
    ['a number', `const a = ${'1'.repeat(n)}`, 'E0110'],
  ])('%s', (_, text, code) => {
    const diagnostics = survives(text);
    expect(diagnostics[0]?.code).toBe(code);
    if (code === 'E0114') expect(diagnostics).toHaveLength(1);
  });

  test('what is within the limits is read', () => {
    const nested = `const a = ${'f([('.repeat(21)}1${')])'.repeat(21)}`;
    expect(survives(nested)).toEqual([]);
    expect(survives(`const a = x${' |> f'.repeat(250)}`)).toEqual([]);
    expect(survives(`const a = ${'if x { '.repeat(60)}1${' } else { 2 }'.repeat(60)}`)).toEqual([]);
  });
});
