/** The VS Code extension's files agree with the server and the language. Building it is `npm run vsix`. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reservedWords } from '../../compiler/1-parse/tokens.ts';
import { defaultSettings } from '../../compiler/editor/settings.ts';
import { declarationWords, elementTypes, statementWords } from '../../compiler/editor/vocabulary.ts';
import { filesIn } from '../house/sources.ts';
import { root } from '../support/root.ts';

const folder = `${root}compiler/editor/vscode/`;
const read = (name: string): unknown => JSON.parse(readFileSync(folder + name, 'utf8'));

interface Rule {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly include?: string;
  readonly patterns?: readonly Rule[];
}
const grammar = read('syntaxes/netc.tmLanguage.json') as Rule & { readonly repository: Readonly<Record<string, Rule>> };
const manifest = read('package.json') as {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
};

const rulesIn = (rule: Rule): readonly Rule[] => [rule, ...(rule.patterns ?? []).flatMap(rulesIn)];
const rules = [grammar, ...Object.values(grammar.repository)].flatMap(rulesIn);

test('the grammar is one: its patterns are right, what it includes exists, every word of the language has a colour', () => {
  const patterns = rules.flatMap(({ match, begin, end }) => [match, begin, end].flatMap((each) => each ?? []));
  expect(patterns.length).toBeGreaterThan(20);
  for (const pattern of patterns) expect(() => new RegExp(pattern)).not.toThrow();
  const included = rules.flatMap(({ include }) => include?.slice(1) ?? []);
  expect(included.filter((name) => grammar.repository[name] === undefined)).toEqual([]);
  const words = [...reservedWords, ...declarationWords, ...elementTypes, ...statementWords('layer'), 'state'];
  const all = patterns.join('\n').replaceAll('\\b', ' ');
  expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(all))).toEqual([]);
});

test('the commands of the lenses and the settings of the server are in the manifest', () => {
  const lenses = filesIn('compiler/editor', '.ts').find(({ path }) => path.endsWith('code-lens.ts'));
  const used = [...(lenses?.text ?? '').matchAll(/'(netc\.\w+)'/g)].map(([, name]) => name);
  const known = manifest.contributes.commands.map(({ command }) => command);
  expect(used.length).toBeGreaterThan(2);
  expect(used.filter((name) => !known.includes(name ?? ''))).toEqual([]);
  const { properties } = manifest.contributes.configuration;
  const defaults = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, each.default]));
  const { inlayHints, codeLens } = defaultSettings;
  expect(defaults).toEqual({
    'netc.inlayHints.shapes': inlayHints.shapes,
    'netc.inlayHints.types': inlayHints.types,
    'netc.inlayHints.inputSizes': inlayHints.inputSizes,
    'netc.codeLens': codeLens,
    'netc.server.path': '',
  });
});
