/**
 * The catalogue's programs through parser and checker: a failing one gives its code and nothing else, so that no error is
 * the consequence of a syntax error; a mended one gives nothing. (The checker's own codes are tested with the checker.)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from '../../compiler/1-parse/index.ts';
import type { Entry } from '../../compiler/diagnostics/catalogue/entry.ts';
import { catalogue, isCode } from '../../compiler/diagnostics/catalogue.ts';
import type { SourceFile } from '../../compiler/diagnostics/diagnostic.ts';
import { analyze } from '../../compiler/front-end.ts';
import { applyFixes } from '../parse/drawn.ts';

const std = new URL('../../compiler/std/', import.meta.url);
const library: readonly SourceFile[] = readdirSync(std)
  .filter((name) => name.endsWith('.net'))
  .map((name) => ({ path: `std/${name}`, text: readFileSync(new URL(name, std), 'utf8') }));

const diagnose = (text: string) =>
  analyze({ path: 'main.net', text }, { readImport: () => undefined, library: () => library }).diagnostics;

const codes = (text: string): string[] => diagnose(text).map(({ code, message }) => `${code}: ${message}`);

const entries = Object.entries<Entry>(catalogue);

describe.each(entries.filter(([code]) => code.startsWith('E01')))('%s', (code, entry) => {
  test('the failing program gives this code and nothing else', () => {
    expect(codes(entry.failing)).toEqual([expect.stringMatching(`^${code}: `)]);
  });

  test('the mended program gives nothing', () => expect(codes(entry.fixed)).toEqual([]));

  test('the fix, where there is one, leaves no syntax error', () => {
    const diagnostics = diagnose(entry.failing);
    if (diagnostics.every(({ fixes }) => fixes.length === 0)) return;
    const text = applyFixes(entry.failing, diagnostics);
    expect(parse({ path: 'main.net', text }).diagnostics).toEqual([]);
  });
});

test.each(entries)('%s is told in full', (code, { title, severity, explanation, failing, fixed }) => {
  expect(code).toMatch(/^(E0[1-6]|W01)\d\d$/);
  // The one warning that refuses.
  expect(severity).toBe(code.startsWith('W') && code !== 'W0104' ? 'warning' : 'error');
  expect(title.length).toBeGreaterThan(5);
  expect(explanation.length).toBeGreaterThan(60);
  expect(failing).not.toBe(fixed);
  if (!code.startsWith('E01')) {
    for (const text of [failing, fixed]) expect(parse({ path: 'main.net', text }).diagnostics).toEqual([]);
  }
});

test('codes are recognised as such', () => {
  expect(isCode('E0101')).toBe(true);
  expect(isCode('E0199')).toBe(false);
  expect(isCode('toString')).toBe(false);
});
