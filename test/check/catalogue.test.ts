/** Every entry of the catalogue that the checker reports: the failing program gives the code, the mended one nothing. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../compiler/diagnostics/catalogue/entry.ts';
import { catalogue } from '../../compiler/diagnostics/catalogue.ts';
import { checkText } from './harness.ts';

/** What the checker itself reports; syntax and limits belong to other stages, W0104 needs random draws. */
const own = Object.entries<Entry>(catalogue).filter(([code]) => /^(E0[2345]|W010[1235-9])/.test(code));

describe.each(own)('%s', (code, entry) => {
  test('the failing program gives this code and no other error', () => {
    const codes = checkText(entry.failing, entry.files).diagnostics.map((d) => `${d.code}: ${d.message}`);
    expect(codes.filter((shown) => !shown.startsWith('W') || code.startsWith('W'))).toEqual([
      expect.stringMatching(`^${code}:`),
    ]);
  });

  test('the mended program gives nothing', () => {
    expect(checkText(entry.fixed, entry.files).diagnostics.map((d) => `${d.code}: ${d.message}`)).toEqual([]);
  });
});
