/**
 * What TypeScript says about code that uses a generated class: right code compiles, wrong shapes and names do not. Each
 * wrong line is checked for its message, so that it is wrong for the reason that is meant.
 */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { emit } from '../../compiler/7-emit/index.ts';
import { tinyUnit } from './fake-unit.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

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

const sources = new Map<string, string>();

beforeAll(async () => {
  for (const { path, text } of await emit([tinyUnit], { source: 'models/tiny.net', output: 'generated' })) {
    sources.set(`${root}test/emit/${path}`, text);
  }
  sources.set(`${root}test/emit/right.ts`, right);
  for (const [i, [instead, line]] of wrong.entries()) {
    sources.set(`${root}test/emit/wrong${i}.ts`, right.replace(instead, line));
  }
});

test('right code compiles under strict, wrong code is told why', () => {
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
  for (const name of ['tiny', 'tiny.kernels', 'tiny.train', 'right']) expect(messages(name)).toEqual([]);
  for (const [i, [, line, message]] of wrong.entries()) {
    const found = messages(`wrong${i}`);
    expect(found, line).toHaveLength(1);
    expect(found[0]).toMatch(message);
  }
});
