/** The long story of one code: what it means, a program that has it, what netc says about that program, and the program mended. */
import type { Entry } from '../diagnostics/catalogue/entry.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { render } from '../diagnostics/render.ts';
import { compile } from '../index.ts';
import { fileHost } from './host.ts';

/** The diagnostics of one of an entry's programs, which is called `main.net`. */
export function diagnoseExample(text: string, { files }: Entry): readonly Diagnostic[] {
  const all: Readonly<Record<string, string>> = { ...files, './main.net': text };
  // Most of them are found by the checker; what only the whole compiler sees, by it.
  return compile(
    { path: 'main.net', text },
    {
      ...fileHost,
      readImport: (path) => (all[path] === undefined ? undefined : { path: path.slice(2), text: all[path] }),
    },
  ).diagnostics;
}

export function explanation(code: string, entry: Entry, color: boolean): string {
  const messages = diagnoseExample(entry.failing, entry)
    .filter((diagnostic) => diagnostic.code === code)
    .map((diagnostic) => render(diagnostic, { color }));
  const others = Object.entries(entry.files ?? {}).flatMap(([path, text]) => [
    `where ${path.slice(2)} is:`,
    indented(text),
  ]);
  return [
    `${entry.severity}[${code}]: ${entry.title}`,
    entry.explanation.trim(),
    'This program has it:',
    indented(entry.failing),
    ...others,
    ...(messages.length === 0 ? [] : ['netc says:', ...messages.map(indented)]),
    'Put right:',
    indented(entry.fixed),
  ].join('\n\n');
}

const indented = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
