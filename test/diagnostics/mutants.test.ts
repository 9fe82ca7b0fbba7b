/**
 * Right programs with one mistake each, of the kinds in `mutate.ts`: one mistake is one error, told in the user's words.
 * A part of the mutants, the same each time; NETC_MUTANTS=all takes all of them.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileHost } from '../../compiler/cli/host.ts';
import { type Code, catalogue } from '../../compiler/diagnostics/catalogue.ts';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { analyze } from '../../compiler/front-end.ts';
import { type Mutant, mutants } from './mutate.ts';
import { rendered } from './snapshot.ts';

const models = new URL('../../models/', import.meta.url).pathname;
const library = fileHost.library();
const diagnose = (text: string): readonly Diagnostic[] =>
  analyze({ path: `${models}mutant.net`, text }, { ...fileHost, library: () => library }).diagnostics;

const codes: readonly Code[] = ['E0302', 'E0304', 'E0408', 'E0409', 'E0501', 'W0105'];
const programs = [
  readFileSync(`${models}fashion_cnn.net`, 'utf8'),
  readFileSync(`${models}fashion_mnist.net`, 'utf8'),
  ...codes.map((code) => catalogue[code].fixed),
];
const all = programs.flatMap((text) => mutants(text));
const stride = process.env.NETC_MUTANTS === 'all' ? 1 : 4;
const chosen = all.filter((_, i) => i % stride === 0);

/** Operators that the library is made of, and other inner words. */
const inner = /\b(imod|idiv|iota|amax|amin|broadcast_to|gather|undefined|NaN|poison)\b|\[object/;

test('there are mutants of every kind', () => {
  expect(all.length).toBeGreaterThan(400);
  const kinds = new Set(all.map(({ what }) => what.split(' ')[0]));
  expect([...kinds].sort()).toEqual(expect.arrayContaining(['element', 'no', 'size', 'slip']));
});

test('one mistake is one error', { timeout: 120_000 }, () => {
  const several: string[] = [];
  let wrong = 0;
  for (const { what, text } of chosen) {
    const errors = diagnosed({ what, text }).filter(({ severity }) => severity === 'error');
    if (errors.length > 0) wrong++;
    if (errors.length > 1) several.push([what, ...errors.map(rendered)].join('\n'));
  }
  expect(several.join('\n\n')).toBe('');
  expect(wrong).toBeGreaterThan(0.6 * chosen.length);
});

function diagnosed({ what, text }: Mutant): readonly Diagnostic[] {
  try {
    const diagnostics = diagnose(text);
    for (const diagnostic of diagnostics) expect(rendered(diagnostic), what).not.toMatch(inner);
    return diagnostics;
  } catch (error) {
    throw new Error(`${what}:\n${text}`, { cause: error });
  }
}
