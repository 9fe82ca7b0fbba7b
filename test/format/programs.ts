/** Every program that the tests know and that has no syntax error: the repository's files, the catalogue's, README's. */
import { readFileSync } from 'node:fs';
import { parse } from '../../compiler/1-parse/index.ts';
import type { Entry } from '../../compiler/diagnostics/catalogue/entry.ts';
import { catalogue } from '../../compiler/diagnostics/catalogue.ts';
import { filesIn } from '../house/sources.ts';
import { repositoryFiles, shown } from '../parse/examples.ts';
import { root } from '../support/root.ts';

const readme = readFileSync(`${root}README.md`, 'utf8');
const readmePrograms = [...readme.matchAll(/^```net\n([\s\S]*?)^```$/gm)].map(([, text], i): [string, string] => [
  `README.md ${i + 1}`,
  text ?? '',
]);

const catalogued = Object.entries<Entry>(catalogue).flatMap(([code, { failing, fixed }]): [string, string][] => [
  [`${code} failing`, failing],
  [`${code} fixed`, fixed],
]);

const all = new Map([
  ...filesIn('test', '.net').map(({ path, text }): [string, string] => [path, text]),
  ...repositoryFiles,
  ...shown,
  ...catalogued,
  ...readmePrograms,
]);

/** Text by name. */
export const programs: ReadonlyMap<string, string> = new Map(
  [...all].filter(([path, text]) => parse({ path, text }).diagnostics.length === 0),
);
