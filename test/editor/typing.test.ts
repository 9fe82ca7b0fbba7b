/** The model typed from nothing: whatever the text is after a keystroke, every question gets an answer, and the server lives on. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../support/root.ts';
import { Editor, positionAt, uriOf } from './client.ts';

/** Milliseconds: a machine may have much else to do. */
const PATIENCE = 240_000;

let editor: Editor;
const uri = uriOf('models/typed.net');

beforeAll(async () => {
  editor = await Editor.start();
});
afterAll(async () => {
  expect(await editor.stop()).toBe(0);
  expect(editor.complaints).toEqual([]);
});

const everywhere = { range: { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } } };

/** What an editor asks after each change, at the cursor. A failed request rejects. */
async function askEverything(offset: number): Promise<void> {
  const place = positionAt(editor.text(uri), offset);
  const before = positionAt(editor.text(uri), Math.max(0, offset - 1));
  await Promise.all([
    ...['completion', 'signatureHelp', 'hover', 'definition', 'documentHighlight', 'prepareRename'].map((method) =>
      editor.at(method, uri, method === 'completion' || method === 'signatureHelp' ? place : before),
    ),
    ...['documentSymbol', 'foldingRange', 'semanticTokens/full', 'codeLens'].map((method) => editor.of(method, uri)),
    editor.of('inlayHint', uri, everywhere),
    editor.of('codeAction', uri, { range: { start: before, end: place }, context: { diagnostics: [] } }),
    editor.of('formatting', uri, { options: { tabSize: 2, insertSpaces: true } }),
  ]);
}

test(
  'typing fashion_cnn.net keystroke by keystroke',
  async () => {
    const source = readFileSync(`${root}models/fashion_cnn.net`, 'utf8').replace(/^\/\/.*\n/gm, '');
    await editor.open(uri, '');
    for (let i = 0; i < source.length; i++) {
      const place = positionAt(source, i);
      await editor.replace(uri, { start: place, end: place }, source[i] ?? '');
      // Every text is checked; a third of them is asked about, too, wherever in a word that falls.
      if (i % 3 === 0) await askEverything(i + 1);
    }
    expect(editor.text(uri)).toBe(source);
    await editor.settled(uri, []);
  },
  PATIENCE,
);

test(
  'deleting it word by word, from the front',
  async () => {
    const start = { line: 0, character: 0 };
    while (editor.text(uri) !== '') {
      const [word = ''] = /^(\w+|\s+|.)/s.exec(editor.text(uri)) ?? [];
      await editor.replace(uri, { start, end: positionAt(word, word.length) }, '');
      await askEverything(1);
    }
    await editor.settled(uri, []);
  },
  PATIENCE,
);
