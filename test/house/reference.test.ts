/**
 * The language's reference, compiler/reference: its examples compile, its wrong examples give the messages that it shows,
 * and library.md is what the library's sources say today (`npm run reference` writes it anew).
 *
 * An example is a fenced `net` block: a whole file, or a part of the program that the comment before it holds, in the place
 * of the `…` there. A `text` block right after it shows its messages, whole or only their first lines.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from '../../compiler/1-parse/index.ts';
import { fileHost, readLibrary } from '../../compiler/cli/host.ts';
import { render } from '../../compiler/diagnostics/render.ts';
import { analyze } from '../../compiler/front-end.ts';
import { libraryReference } from '../../compiler/reference/library.ts';
import { root } from '../support/root.ts';

const folder = 'compiler/reference';
const pages = ['language.md', 'library.md'];
const read = (page: string): string => readFileSync(join(root, folder, page), 'utf8');

interface Example {
  readonly place: string;
  readonly program: string;
  /** What netc says about it; empty if nothing. */
  readonly messages: string;
}

function examplesOf(page: string): readonly Example[] {
  const text = read(page);
  const found = text.matchAll(
    /(?:^<!--\n((?:(?!-->)[\s\S])*…(?:(?!-->)[\s\S])*)-->\n)?^```net\n([\s\S]*?)^```\n(?:\n?```text\n([\s\S]*?)^```)?/gm,
  );
  return [...found].map(({ index, 0: whole, 1: around, 2: code = '', 3: messages = '' }) => {
    const line = text.slice(0, index + whole.indexOf('```net')).split('\n').length;
    const program = around === undefined ? code : around.replace('…', () => code.trimEnd());
    return { place: `${page}:${line}`, program, messages: messages.trimEnd() };
  });
}

describe.each(pages)('%s', (page) => {
  const examples = examplesOf(page);

  test('every block is an example, or the messages of one', () => {
    const blocks = [...read(page).matchAll(/^```net\n/gm)];
    expect(examples.length).toBe(blocks.length);
    const others = [...read(page).matchAll(/^```(\S+)\n/gm)].map(([, language]) => language);
    expect(others.filter((language) => language !== 'net' && language !== 'text')).toEqual([]);
  });

  test('links lead to files and headings', () => {
    const links = [...read(page).matchAll(/\]\(([^)#]*)(?:#([^)]+))?\)/g)];
    const broken = links.filter(([, file = '', anchor]) => {
      if (/^https?:/.test(file)) return false;
      const path = file === '' ? join(folder, page) : join(folder, dirname(page), file);
      if (!existsSync(join(root, path))) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(join(root, path), 'utf8')).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

/** As GitHub makes them of the headings outside of code. */
function anchorsOf(markdown: string): readonly string[] {
  const seen = new Map<string, number>();
  return [...markdown.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const plain = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(plain) ?? 0;
    seen.set(plain, before + 1);
    return before === 0 ? plain : `${plain}-${before}`;
  });
}

test.each(pages.flatMap(examplesOf).map((example) => [example.place, example] as const))('%s', (_place, example) => {
  const { diagnostics } = analyze({ path: 'example.net', text: example.program }, fileHost);
  const rendered = diagnostics.map((diagnostic) => render(diagnostic, { color: false }));
  const whole = example.messages.includes('-->');
  const shown = whole ? rendered.join('\n\n') : rendered.map((text) => text.split('\n')[0]).join('\n');
  expect(shown).toBe(example.messages);
});

test('library.md says what the library is', async () => {
  const modules = readLibrary().map((file) => parse(file).module);
  await expect(libraryReference(modules)).toMatchFileSnapshot(`../../${folder}/library.md`);
});
