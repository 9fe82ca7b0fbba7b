/** What is proposed while one writes: at each place the things that may stand there, and no others. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CodeLens, CompletionItem, SignatureHelp } from 'vscode-languageserver-protocol';
import { root } from '../support/root.ts';
import { Editor, positionAt, uriOf } from './client.ts';

let editor: Editor;
const uri = uriOf('models/written.net');

beforeAll(async () => {
  editor = await Editor.start();
});
afterAll(async () => {
  expect(await editor.stop()).toBe(0);
  expect(editor.complaints).toEqual([]);
});

/** The names proposed at the `‸` of a text, in the order in which an editor shows them. */
async function proposed(marked: string): Promise<readonly CompletionItem[]> {
  const offset = marked.indexOf('‸');
  const text = marked.replace('‸', '');
  await editor.open(uri, text);
  const items = await editor.at<readonly CompletionItem[]>('completion', uri, positionAt(text, offset));
  await editor.close(uri);
  return [...items].sort((a, b) => ((a.sortText ?? a.label) < (b.sortText ?? b.label) ? -1 : 1));
}

const labels = async (marked: string): Promise<readonly string[]> => (await proposed(marked)).map(({ label }) => label);

const imports = 'import { FashionMnist } from "./fashion_mnist.net"\n';
const model = (body: string): string => `${imports}model M(image: f32[N, 1, 28, 28]) -> f32[N, 10] {\n${body}\n}\n`;
const train = (body: string): string =>
  `${model('  image |> flatten |> fc: Linear(10)')}\ntrain M on FashionMnist {\n${body}\n}\n`;

test('after a pipe: layers first, then functions, with their signatures and documentation', async () => {
  for (const body of [
    '  image |> ‸',
    '  image |> Co‸',
    '  image |> relu\n    |> ‸',
    '  image |> l: [Conv2d(2, kernel=3), ‸',
  ]) {
    const found = await labels(model(body));
    expect(found).toEqual(expect.arrayContaining(['Conv2d', 'Linear', 'relu', 'max_pool2d']));
    expect(found).not.toContain('Adam');
    expect(found).not.toContain('let');
    expect(found.indexOf('Linear')).toBeLessThan(found.indexOf('relu'));
  }
  const conv = (await proposed(model('  image |> ‸'))).find(({ label }) => label === 'Conv2d');
  expect(conv?.detail).toContain('Conv2d(C -> out: int, kernel: (int, int)');
  expect(JSON.stringify(conv?.documentation)).toContain('A convolution over images');
});

test('after the name of a layer only layers', async () => {
  const found = await labels(model('  image |> conv1: ‸'));
  expect(found).toContain('Conv2d');
  expect(found).not.toContain('relu');
});

test('in brackets: the arguments that are not given yet, then what can be a value', async () => {
  const found = await labels(model('  let width = 8\n  image |> conv1: Conv2d(width, kernel=3, ‸)'));
  expect(found.slice(0, 6)).toEqual(['bias=', 'dilation=', 'groups=', 'out=', 'padding=', 'stride=']);
  expect(found).toContain('width');
  expect(found).not.toContain('kernel=');
  const values = await labels(model('  let width = 8\n  image |> conv1: Conv2d(width, kernel=‸'));
  expect(values).toContain('width');
  expect(values).not.toContain('stride=');
});

test('names that can be seen, from where they are', async () => {
  const found = await labels(model('  let before = image\n  relu(‸)\n  let after = image'));
  expect(found).toEqual(expect.arrayContaining(['before', 'image', 'N']));
  expect(found).not.toContain('after');
});

test('imports: what a file declares, the files beside', async () => {
  expect(await labels('import { ‸ } from "./fashion_mnist.net"\n')).toEqual(['FashionMnist']);
  expect(await labels('import { FashionCnn } from "‸"\n')).toEqual(
    expect.arrayContaining(['./fashion_cnn.net', './fashion_mnist.net']),
  );
});

test('trainings: models, data sets, settings, and what each may be', async () => {
  expect(await labels(`${model('  image')}train ‸`)).toEqual(['M']);
  expect(await labels(`${model('  image')}train M on ‸`)).toEqual(['FashionMnist']);
  const settings = await labels(train('  input = to_float(image)\n  ‸'));
  expect(settings).toEqual(expect.arrayContaining(['loss', 'optimizer', 'epochs', 'freeze']));
  expect(settings).not.toContain('input');
  expect(settings).not.toContain('relu');
  expect(await labels(train('  optimizer = ‸'))).toEqual(expect.arrayContaining(['Adam', 'SGD']));
  expect(await labels(train('  optimizer = ‸'))).not.toContain('relu');
  expect(await labels(train('  input = to_float(image)\n  optimizer = Adam(‸)'))).toContain('weight_decay=');
  expect(await labels(train('  loss = cross_entropy(‸, label)'))).toEqual(
    expect.arrayContaining(['output', 'label', 'image']),
  );
  expect(await labels(train('  schedule = ‸'))).toEqual(['cosine', 'linear_decay', 'step_decay']);
  expect(await labels(train('  freeze = [‸]'))).toEqual(['fc']);
  expect(await labels(train('  lr_scale = [(‸'))).toEqual(['fc']);
});

test('at the top declarations, in a body statements, after a colon types, in comments and numbers nothing', async () => {
  expect(await labels('‸')).toContain('model');
  expect(await labels(`${model('  image')}\n‸`)).toContain('train');
  expect(await labels(model('  ‸'))).toEqual(expect.arrayContaining(['let', 'param', 'image']));
  expect(await labels('model M(x: ‸')).toEqual(expect.arrayContaining(['f32', 'u8']));
  expect(await labels(model('  // so ‸'))).toEqual([]);
  expect(await labels(model('  image |> Dropout(0‸'))).toEqual([]);
});

test('the signature of what is called, with the argument that the cursor is at', async () => {
  const help = async (body: string): Promise<string> => {
    const marked = model(body);
    const text = marked.replace('‸', '');
    await editor.open(uri, text);
    const place = positionAt(text, marked.indexOf('‸'));
    const found = await editor.at<SignatureHelp | null>('signatureHelp', uri, place);
    await editor.close(uri);
    const signature = found?.signatures[found.activeSignature ?? 0];
    const active = signature?.parameters?.[found?.activeParameter ?? 0]?.label;
    return typeof active === 'object' ? (signature?.label.slice(...active) ?? '') : '';
  };
  expect(await help('  image |> conv1: Conv2d(‸')).toBe('C -> out: int');
  expect(await help('  image |> conv1: Conv2d(8, ‸)')).toBe('kernel: (int, int)');
  expect(await help('  image |> conv1: Conv2d(8, kernel=3, bias=‸)')).toBe('bias: bool = true');
  expect(await help('  image |> leaky_relu(‸)')).toMatch(/^slope: float/);
  expect(await help('  leaky_relu(‸)')).toMatch(/^x: /);
  expect(await help('  image')).toBe('');
});

test('what a model takes stands above it, with what can be done', async () => {
  const main = uriOf('models/fashion_cnn.net');
  await editor.open(main, readFileSync(`${root}models/fashion_cnn.net`, 'utf8'));
  const lenses = await editor.of<readonly CodeLens[]>('codeLens', main);
  expect(lenses.map(({ command }) => `${command?.title}: ${command?.command}`)).toEqual([
    '167 k parameters · 3.2 M multiply-adds: netc.summary',
    'kernels: netc.kernels',
    'train: netc.train',
    'summary: netc.summary',
  ]);
  expect(lenses.at(-1)?.command?.arguments).toEqual([main, 'FashionCnn']);
  await editor.close(main);
});
