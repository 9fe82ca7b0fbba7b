/** What the server tells beside errors, asked as an editor asks. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type {
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  SemanticTokens,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { root } from '../support/root.ts';
import { applied, Editor, uriOf, wordsAt } from './client.ts';

let editor: Editor;
const main = uriOf('models/fashion_cnn.net');
const data = uriOf('models/fashion_mnist.net');
const source = readFileSync(`${root}models/fashion_cnn.net`, 'utf8');
const resnet = uriOf('test/programs/resnet34.net');
const blocks = uriOf('models/resnet18.net');

beforeAll(async () => {
  editor = await Editor.start();
  await editor.open(main, source);
  await editor.open(resnet, readFileSync(`${root}test/programs/resnet34.net`, 'utf8'));
});
afterAll(async () => {
  expect(await editor.stop()).toBe(0);
  expect(editor.complaints).toEqual([]);
});

async function hover(uri: string, marked: string): Promise<string> {
  const found = await editor.at<Hover | null>('hover', uri, editor.placeOf(uri, marked));
  return found && typeof found.contents === 'object' && 'value' in found.contents ? found.contents.value : '';
}

test('a layer under the mouse: its shapes, what it takes, its documentation, where its sizes come from', async () => {
  const text = await hover(main, 'conv|2:');
  expect(text).toContain('`[N, 32, 13, 13]` → `[N, 64, 11, 11]`');
  expect(text).toContain('18,496 parameters · 2,230,272 multiply-adds');
  const layer = await hover(main, 'Conv2|d(32 -> 64');
  expect(layer).toContain('layer Conv2d(\n  C -> out: int,\n');
  expect(layer).toContain('A convolution over images');
  expect(layer).toContain('11 x 11 from image: 28 -conv1-> 26 -MaxPool2d-> 13 -conv2-> 11');
  expect(await hover(main, 'flat|ten')).toContain('`[N, 128, 3, 3]` → `[N, 1152]`');
  expect(await hover(main, 'flat|ten')).toContain('1152 = 128 * 3 * 3');
});

test('other names under the mouse', async () => {
  expect(await hover(main, 'let fea|tures')).toContain('features: f32[N, 128, 3, 3]');
  expect(await hover(main, 'out|put, label')).toContain('output: f32[N, 10]');
  expect(await hover(main, '|label)')).toContain('field label: class(10)[N]');
  expect(await hover(main, 'kern|el=3')).toContain('kernel: (int, int)');
  expect(await hover(main, 'on Fashion|Mnist')).toContain('Grey pictures of 28 x 28 pixels');
  expect(await hover(main, 'Ad|am')).toContain('optimizer Adam(\n  lr: float = 0.001,\n');
  expect(await hover(main, '|// A small')).toBe('');
});

const hints = async (uri: string): Promise<readonly [string, string][]> => {
  const range = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };
  const found = await editor.of<readonly InlayHint[]>('inlayHint', uri, { range });
  const lines = editor.text(uri).split('\n');
  return found.map(({ position, label }) => [
    lines[position.line]?.slice(0, position.character).trim() ?? '',
    typeof label === 'string' ? label : '',
  ]);
};

test('the shape stands after each stage', async () => {
  const found = await hints(main);
  expect(found).toContainEqual(['|> conv1: Conv2d(1 -> 32, kernel=3)', '[N, 32, 26, 26]']);
  expect(found).toContainEqual(['features |> flatten', '[N, 1152]']);
  expect(found.filter(([, label]) => label.startsWith('['))).toHaveLength(13);
});

test('where a body is used in several sizes, a hint shows their range', async () => {
  await editor.open(blocks, readFileSync(`${root}models/resnet18.net`, 'utf8'));
  expect(await hints(blocks)).toContainEqual([
    expect.stringMatching(/conv2: Conv2d\(width.*\)$/),
    '[N, 64…512, 7…56, 7…56]',
  ]);
  await editor.close(blocks);
  const both = uriOf('test/editor/both.net');
  const block = 'layer B(w: int)(x: f32[N, C]) -> f32[N, w] { let h = x |> fc: Linear(w)\n  h }\n';
  await editor.open(both, `${block}model M(x: f32[N, 4]) { x |> a: B(8) |> b: B(16) }\n`);
  expect(await hints(both)).toContainEqual([expect.stringContaining('Linear(w)'), '[N, 8…16]']);
  expect(await hints(both)).toContainEqual([expect.stringMatching(/let h$/), ': [N, 8…16]']);
  await editor.close(both);
});

test('hints can be switched off, or shown where the shape changes', async () => {
  const count = async (settings: unknown): Promise<number> => {
    await editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: { netc: settings } });
    return (await hints(main)).length;
  };
  expect(await count({ inlayHints: { shapes: 'off' } })).toBe(0);
  expect(await count({ inlayHints: { shapes: 'changes' } })).toBe(8);
  expect(await count({})).toBe(13);
});

const definition = async (uri: string, marked: string): Promise<string> => {
  const [found] = await editor.at<readonly Location[]>('definition', uri, editor.placeOf(uri, marked));
  if (!found) return '';
  const file = readFileSync(new URL(found.uri), 'utf8');
  const line = file.split('\n')[found.range.start.line] ?? '';
  return `${found.uri.replace(/.*\//, '')}: ${line.slice(found.range.start.character, found.range.start.character + 30)}`;
};

test('names lead to where they are declared: here, in another file, in the library', async () => {
  expect(await definition(main, 'fea|tures |> flatten')).toMatch(/^fashion_cnn.net: features: f32/);
  expect(await definition(main, 'on Fashion|Mnist')).toMatch(/^fashion_mnist.net: FashionMnist \{/);
  expect(await definition(main, '"./fashion|_mnist.net"')).toMatch(/^fashion_mnist.net: /);
  expect(await definition(main, 'to_float(im|age)')).toMatch(/^fashion_mnist.net: image: u8/);
  expect(await definition(main, 'Conv|2d(1')).toMatch(/^layers.net: Conv2d\(C -> out/);
  expect(await definition(main, 'ker|nel=3')).toMatch(/^layers.net: kernel: \(int/);
  expect(await definition(main, '|> soft|max')).toMatch(/^functions.net: softmax/);
  expect(await definition(main, 'Ad|am')).toMatch(/^optim.net: Adam/);
  expect(await definition(resnet, 'Basic|Block(64')).toMatch(/^resnet18.net: BasicBlock/);
});

test('in the library itself, names lead on', async () => {
  const layers = uriOf('compiler/std/layers.net');
  const text = readFileSync(`${root}compiler/std/layers.net`, 'utf8');
  await editor.show(layers, text);
  expect(await definition(layers, 'let y = lin|ear(')).toMatch(/^functions.net: linear\(/);
  await editor.close(layers);
});

test('the uses of a name are found in every file of the folder', async () => {
  const { context } = { context: { includeDeclaration: true } };
  const place = editor.placeOf(resnet, 'Basic|Block(64');
  const found = await editor.at<readonly Location[]>('references', resnet, place, { context });
  const files = new Set(found.map(({ uri }) => uri.replace(/.*\//, '')));
  expect([...files].sort()).toEqual(expect.arrayContaining(['resnet18.net', 'resnet34.net']));
});

test('a name is changed wherever it is used', async () => {
  await editor.open(data, readFileSync(`${root}models/fashion_mnist.net`, 'utf8'));
  const place = editor.placeOf(main, 'conv|1:');
  const rename = (uri: string, position: typeof place, newName: string): Promise<WorkspaceEdit> =>
    editor.at<WorkspaceEdit>('rename', uri, position, { newName });
  const layer = await rename(main, place, 'stem');
  expect(applied(source, layer.changes?.[main] ?? [])).toBe(source.replace('conv1:', 'stem:'));
  const features = await rename(main, editor.placeOf(main, 'let fea|tures'), 'maps');
  expect(applied(source, features.changes?.[main] ?? [])).toBe(source.replaceAll('features', 'maps'));
  const dataset = await rename(main, editor.placeOf(main, 'on Fashion|Mnist'), 'Garments');
  const uris = Object.keys(dataset.changes ?? {}).map((uri) => uri.replace(/.*\//, ''));
  expect(uris).toEqual(expect.arrayContaining(['fashion_cnn.net', 'fashion_mnist.net', 'fashion_small.net']));
  expect(applied(source, dataset.changes?.[main] ?? [])).toBe(source.replaceAll('FashionMnist', 'Garments'));
  await expect(rename(main, editor.placeOf(main, '|> soft|max'), 'softmin')).rejects.toThrow('standard library');
  await expect(rename(main, place, 'let')).rejects.toThrow('word of the language');
  await editor.close(data);
});

test('names of an option are changed in the calls and in the message of a condition', async () => {
  const uri = uriOf('test/editor/options.net');
  const text =
    'layer H(w: int = 2)(x: f32[N, C]) where C > w else "{C} is not above {w}" { x |> fc: Linear(w) }\nmodel M(x: f32[N, 4]) { x |> h: H(w=3) }\n';
  expect(await editor.open(uri, text)).toEqual([]);
  const edit = await editor.at<WorkspaceEdit>('rename', uri, editor.placeOf(uri, 'H(w|=3'), { newName: 'width' });
  expect(applied(text, edit.changes?.[uri] ?? [])).toBe(text.replace(/\bw\b/g, 'width'));
  await editor.close(uri);
});

test('the outline, the folds and the colours', async () => {
  const symbols = await editor.of<readonly DocumentSymbol[]>('documentSymbol', main);
  expect(symbols.map(({ name, detail }) => `${detail} ${name}`)).toEqual([
    'model FashionCnn',
    'train train FashionCnn',
  ]);
  expect(symbols[0]?.children?.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'conv3', 'fc1', 'fc2']);
  const folds = await editor.of<readonly FoldingRange[]>('foldingRange', main);
  const lines = source.split('\n');
  expect(folds.map(({ startLine, kind }) => `${kind ?? ''}${lines[startLine]?.slice(0, 10)}`)).toEqual([
    'model Fash',
    'train Fash',
    'comment// A small',
  ]);
  const { data: tokens } = await editor.of<SemanticTokens>('semanticTokens/full', main);
  expect(tokens.length % 5).toBe(0);
  expect(tokens.length).toBeGreaterThan(200);
});

test('formatting gives what `netc fmt` gives, and changes only what differs', async () => {
  const uri = uriOf('test/editor/ugly.net');
  const ugly = 'model M(x: f32[N, 4]) {\n  x |> fc:Linear( 2 )\n}\n\nfn f(x: f32[N]) -> f32[N] { x }\n';
  await editor.open(uri, ugly);
  const edits = await editor.of<readonly TextEdit[]>('formatting', uri, {
    options: { tabSize: 2, insertSpaces: true },
  });
  expect(edits.map(({ range }) => wordsAt(ugly, range))).toEqual(['  x |> fc:Linear( 2 ']);
  expect(applied(ugly, edits)).toBe(ugly.replace('fc:Linear( 2 )', 'fc: Linear(2)'));
  await editor.close(uri);
});
