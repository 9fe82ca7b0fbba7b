/**
 * What `netc explain CODE` prints, the message about the failing program included, is stored in `rendered/CODE.txt`.
 * `NETC_UPDATE=1 npx vitest run test/diagnostics/rendered.test.ts` writes the texts anew; read the difference before you keep it.
 */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagnoseExample, explanation } from '../../compiler/cli/explanation.ts';
import type { Entry } from '../../compiler/diagnostics/catalogue/entry.ts';
import { catalogue } from '../../compiler/diagnostics/catalogue.ts';
import { changedBy } from '../../compiler/verify-fixes.ts';
import { expectText } from './snapshot.ts';

const folder = new URL('rendered/', import.meta.url);
const entries = Object.entries<Entry>(catalogue);

test.each(entries)('%s', (code, entry) => {
  const text = explanation(code, entry, false);
  expect(text).toContain(`${entry.severity}[${code}]: `);
  expect(text).not.toMatch(/undefined|NaN|\[object/);
  expectText(new URL(`${code}.txt`, folder), text);
});

test.each(entries)('the first fix of %s, where one is offered, mends its program', (_, entry) => {
  const [diagnostic] = diagnoseExample(entry.failing, entry);
  const changed = diagnostic?.fixes[0] && changedBy(diagnostic.fixes[0]).get('main.net');
  if (changed) expect(diagnoseExample(changed.text, entry)).toEqual([]);
});

test('each text belongs to a code', () => {
  const known = entries.map(([code]) => `${code}.txt`);
  expect(readdirSync(folder).filter((name) => !known.includes(name))).toEqual([]);
});
