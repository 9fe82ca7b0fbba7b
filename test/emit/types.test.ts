/**
 * What TypeScript says about code that uses a generated class: right code compiles, wrong shapes and names do not. Each
 * wrong line is checked for its message, so that it is wrong for the reason that is meant.
 */
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { emit } from '../../compiler/7-emit/index.ts';
import { root } from '../support/root.ts';
import { tinyUnit } from './fake-unit.ts';

const right = `import { openDevice, tensor } from 'netc/runtime';
import { Tiny, type DotsClass } from './tiny.ts';

export async function use(): Promise<void> {
  const device = await openDevice('cpu');
  using model = await Tiny.create(device, { seed: 1, batch: 64 });
  const output = await model.forward({ image: tensor(new Float32Array(256), [64, 1, 2, 2]) });
  const classes: 2 = output.shape[1];
  const weight = (await model.parameters())['fc.weight'];
  const rows: 2 = weight.shape[0];
  const name: DotsClass = 'dark';
  await model.save('weights.safetensors');
  await model.load(await model.parameters());
  await model.load(await model.save());
  console.log(classes, rows, name, Tiny.classes[0]);
}
`;

/** A line put in the place of a right one, and what TypeScript says to it. */
const wrong: readonly (readonly [instead: string, line: string, message: RegExp])[] = [
  ['[64, 1, 2, 2]', '[64, 3, 2, 2]', /Type '3' is not assignable to type '1'/],
  ['[64, 1, 2, 2]', '[2, 2]', /Source has 2 element\(s\) but target requires 4/],
  ['{ image: tensor', '{ picture: tensor', /'picture' does not exist in type/],
  ["['fc.weight']", "['fc2.weight']", /Property 'fc2.weight' does not exist on type 'TinyParameters'/],
  ["'dark'", "'grey'", /Type '"grey"' is not assignable to type 'DotsClass'/],
  ['const classes: 2', 'const classes: 3', /Type '2' is not assignable to type '3'/],
  [
    'await model.load(await model.save())',
    "await model.load({ 'fc.bias': tensor(new Float32Array(2), [2]) })",
    /Property ''fc.weight'' is missing/,
  ],
];

/** The module that everyone has: `models/fashion_cnn.net`, as it is committed. */
const shipped = `import { openDevice, tensor } from 'netc/runtime';
import { FashionCnn, type FashionMnistClass } from '../../generated/fashion_cnn.ts';
import { defaults, train } from '../../generated/fashion_cnn.train.ts';

export async function use(): Promise<void> {
  const device = await openDevice('cpu');
  using model = await FashionCnn.create(device, { seed: 42 });
  const output = await model.forward({ image: tensor(new Float32Array(50176), [64, 1, 28, 28]) });
  const classes: 10 = output.shape[1];
  const inputs: 32 = (await model.parameters())['conv2.weight'].shape[1];
  const name: FashionMnistClass = 'Bag';
  const epochs: 30 = defaults.epochs;
  const { training } = await train({ epochs: 1, device: 'cpu' });
  console.log(classes, inputs, name, epochs, training, FashionCnn.classes[0]);
}
`;

const wronglyShipped: typeof wrong = [
  ['[64, 1, 28, 28]', '[64, 3, 28, 28]', /Type '3' is not assignable to type '1'/],
  ["['conv2.weight']", "['conv4.weight']", /Property 'conv4.weight' does not exist on type 'FashionCnnParameters'/],
  ["'Bag'", "'Hat'", /Type '"Hat"' is not assignable to type 'FashionMnistClass'/],
  ['const inputs: 32', 'const inputs: 64', /Type '32' is not assignable to type '64'/],
  ['const epochs: 30', 'const epochs: 31', /Type '30' is not assignable to type '31'/],
  [
    '{ epochs: 1',
    '{ epoch: 1',
    /'epoch' does not exist in type 'Partial<TrainOptions>'. Did you mean to write 'epochs'/,
  ],
  ["device: 'cpu'", "device: 'gpu'", /Type '"gpu"' is not assignable to type '"cpu" | "auto" | "webgpu"/],
];

/** Right code by the name of its file, with what can be wrong in it. */
const programs = { right: { text: right, wrong }, shipped: { text: shipped, wrong: wronglyShipped } };

const sources = new Map<string, string>();

beforeAll(async () => {
  for (const { path, text } of await emit([tinyUnit], { source: 'models/tiny.net', output: 'generated' })) {
    sources.set(`${root}test/emit/${path}`, text);
  }
  for (const [name, { text, wrong }] of Object.entries(programs)) {
    sources.set(`${root}test/emit/${name}.ts`, text);
    for (const [i, [instead, line]] of wrong.entries()) {
      expect(text).toContain(instead);
      sources.set(`${root}test/emit/${name}${i}.ts`, text.replace(instead, line));
    }
  }
});

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node', '@webgpu/types'],
  typeRoots: [`${root}node_modules/@types`, `${root}node_modules`],
  paths: { 'netc/runtime': [`${root}runtime/index.ts`] },
};

test('right code compiles under strict, wrong code is told why', () => {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  host.getCurrentDirectory = () => root;
  const program = ts.createProgram([...sources.keys()], options, host);
  const messages = (name: string): string[] => {
    const file = program.getSourceFile(`${root}test/emit/${name}.ts`);
    const found = file
      ? [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      : undefined;
    return found?.map((d) => ts.flattenDiagnosticMessageText(d.messageText, ' ')) ?? [`no ${name}.ts`];
  };
  expect(program.getOptionsDiagnostics()).toEqual([]);
  for (const name of ['tiny', 'tiny.kernels', 'tiny.train']) expect(messages(name)).toEqual([]);
  for (const [name, { wrong }] of Object.entries(programs)) {
    expect(messages(name)).toEqual([]);
    for (const [i, [, line, message]] of wrong.entries()) {
      const found = messages(`${name}${i}`);
      expect(found, line).toHaveLength(1);
      expect(found[0]).toMatch(message);
    }
  }
});

test('what an editor shows on hover can be read', () => {
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [`${root}test/emit/shipped.ts`],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const text = sources.get(path) ?? ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => sources.has(path) || ts.sys.fileExists(path),
    readFile: ts.sys.readFile,
  };
  const service = ts.createLanguageService(host);
  const hover = (before: string, word: string): string => {
    const at = shipped.indexOf(before + word) + before.length;
    const info = service.getQuickInfoAtPosition(`${root}test/emit/shipped.ts`, at);
    return [info?.displayParts, info?.documentation].map((parts) => ts.displayPartsToString(parts)).join('\n');
  };
  expect(hover('model.', 'forward')).toBe(
    `(method) FashionCnn.forward(inputs: {
    readonly image: Tensor<readonly [number, 1, 28, 28]>;
}): Promise<Tensor<readonly [number, 10]>>
(image: f32[N, 1, 28, 28]) -> f32[N, 10], for any number N of samples.`,
  );
  expect(hover('await ', 'FashionCnn')).toBe(
    '(alias) class FashionCnn\nimport FashionCnn\nThree convolutions and two fully connected layers: 167,114 parameters.',
  );
  expect(hover('defaults.', 'epochs')).toBe('(property) epochs: 30\n');
  expect(hover('classes: 10 = ', 'output')).toBe(
    'const output: Tensor<readonly [number, 10], Float32Array<ArrayBufferLike>>\n',
  );
  expect(hover('FashionCnn.', 'classes')).toBe(
    "(property) FashionCnn.classes: readonly FashionMnistClass[]\nThe names of the output's classes.",
  );
  expect(hover('{ ', 'epochs: 1')).toBe('(property) epochs?: number | undefined\nPasses over the training split.');
});
