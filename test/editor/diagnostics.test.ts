/** Errors as one types: the real server process, spoken to as an editor does. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CodeAction } from 'vscode-languageserver-protocol';
import { root } from '../support/root.ts';
import { Editor, uriOf, wordsAt } from './client.ts';

let editor: Editor;
const main = uriOf('models/fashion_cnn.net');
const source = readFileSync(`${root}models/fashion_cnn.net`, 'utf8');

beforeAll(async () => {
  editor = await Editor.start();
});
afterAll(async () => {
  expect(await editor.stop()).toBe(0);
  expect(editor.complaints).toEqual([]);
});

const actions = (uri: string, words: string): Promise<readonly CodeAction[]> =>
  editor.of('codeAction', uri, { range: editor.rangeOf(uri, words), context: { diagnostics: [] } });

test('a wrong size is told with the places that it comes from, and goes with its fix', async () => {
  expect(await editor.open(main, source)).toEqual([]);
  const [found, ...others] = await editor.edit(main, 'Linear(1152 -> 64)', 'Linear(1024 -> 64)');
  expect(others).toEqual([]);
  expect(found).toMatchObject({ code: 'E0301', severity: 1, source: 'netc' });
  expect(found.message).toContain('fc1 takes 1024 features, but its input has 1152');
  expect(wordsAt(editor.text(main), found.range)).toBe('1024');
  const places = (found.relatedInformation ?? []).map(({ location, message }) => [
    wordsAt(editor.text(main), location.range),
    message,
  ]);
  expect(places).toContainEqual(['flatten', 'f32[N, 1152] comes from here: 128 * 3 * 3']);
  expect(places).toContainEqual(['f32[N, 1, 28, 28]', 'image: 28']);

  const [fix] = await actions(main, '1024');
  expect(fix).toMatchObject({ kind: 'quickfix', isPreferred: true });
  const next = editor.next(main);
  await editor.apply(fix?.edit ?? {});
  expect(await next).toEqual([]);
  expect(editor.text(main)).toBe(source);
});

test('a file that others import is what its window shows; whoever imports it is checked again', async () => {
  const library = uriOf('test/editor/shared/blocks.net');
  const user = uriOf('test/editor/user.net');
  await editor.open(library, 'layer Head(I -> out: int)(x: f32[N, I]) -> f32[N, out] { x |> fc: Linear(out) }\n');
  const text =
    'import { Head } from "./shared/blocks.net"\n\nmodel Net(x: f32[N, 8]) -> f32[N, 4] { x |> head: Head(4) }\n';
  expect(await editor.open(user, text)).toEqual([]);
  await editor.edit(library, 'x: f32[N, I]', 'x: f32[N, I, 2]');
  await editor.settled(user, ['E0303']);
  await editor.close(library);
  await editor.settled(user, ['E0203']);
  await editor.close(user);
});

test('an error in an imported file is shown there, and goes when nobody asks any more', async () => {
  const library = uriOf('test/editor/imported.net');
  const user = uriOf('test/editor/user.net');
  await editor.open(library, 'fn f(x: f32[N]) { y }\n');
  await editor.settled(library, ['E0201']);
  await editor.open(user, 'import { f } from "./imported.net"\nmodel M(x: f32[N]) { f(x) }\n');
  await editor.settled(library, ['E0201']);
  await editor.close(user);
  await editor.close(library);
  await editor.settled(library, []);
});

test('weights that do not fit are told at their name, from the header of the file', async () => {
  const uri = uriOf('test/editor/finetune.net');
  const text = readFileSync(`${root}models/fashion_cnn_logits.net`, 'utf8')
    .replaceAll('./', '../../models/')
    .replace('  batch ', '  weights = pretrained("../weights/fixtures/net_legacy.pth")\n  batch ');
  await editor.open(uri, text);
  const told = await editor.until(uri, ([first]) => first !== undefined);
  expect(told).toMatchObject([{ severity: 1, source: 'netc' }]);
  expect(wordsAt(editor.text(uri), told[0].range)).toBe('"../weights/fixtures/net_legacy.pth"');
  expect(told[0].message).toMatch(
    /net_legacy\.pth does not fit FashionCnnLogits\nmissing: conv1\.bias, expected f32\[32\]/,
  );
  await editor.edit(uri, 'net_legacy.pth', 'hostile.pth');
  const [refused] = await editor.until(uri, ([first]) => `${first?.message}`.includes('hostile.pth'));
  expect(refused?.message).toMatch(/hostile\.pth asks for Python's `posix\.system`/);
  // One that is nowhere may be downloaded when the training runs.
  await editor.edit(uri, 'hostile.pth', 'resnet18-f37072fd.pth');
  await editor.until(uri, (found) => found.length === 0);
  await editor.close(uri);
});

test('what the checker inferred is written down', async () => {
  const uri = uriOf('test/editor/inferred.net');
  const text = 'model M(x: f32[N, 8]) -> f32[N, 2] {\n  let h = x |> fc1: Linear(4)\n  h |> fc2: Linear(2)\n}\n';
  await editor.open(uri, text);
  const offered = await actions(uri, 'h = x |> fc1: Linear');
  expect(offered.map(({ title }) => title)).toEqual([
    'Write the inferred type: f32[N, 4]',
    'State the input size: 8 ->',
  ]);
  const [first, second] = offered;
  await editor.apply(second?.edit ?? {});
  await editor.apply(first?.edit ?? {});
  expect(editor.text(uri)).toContain('let h: f32[N, 4] = x |> fc1: Linear(8 -> 4)');
  await editor.close(uri);
});
