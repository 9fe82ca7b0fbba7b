/**
 * README.md says nothing that is not so: its programs compile, its commands run, what it shows as their output is what
 * they print, and its links lead somewhere.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { fileHost } from '../../compiler/cli/host.ts';
import { render } from '../../compiler/diagnostics/render.ts';
import { analyze } from '../../compiler/front-end.ts';
import { passes } from '../../compiler/index.ts';
import { netc } from '../cli/netc.ts';
import { root } from '../support/root.ts';
import { fixturePath } from '../weights/fixtures.ts';

const readme = readFileSync(`${root}README.md`, 'utf8');
const temporary = mkdtempSync(join(tmpdir(), 'netc-docs-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** The fenced blocks of a language, in order. */
function blocks(language: string): readonly string[] {
  return [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text]) =>
    name === language && text !== undefined ? [text] : [],
  );
}

const [classifier = '', ...others] = blocks('net');
const [mistake = '', summary = '', listed = ''] = blocks('text');

/** Every diagnostic of a program that lies beside README.md, as `netc check` shows it. */
function diagnose(text: string): string {
  const { diagnostics } = analyze({ path: 'classifier.net', text }, fileHost);
  return diagnostics.map((diagnostic) => render(diagnostic, { color: false })).join('\n\n');
}

test('the programs compile, and the mistake gives the message that is shown', () => {
  expect(others.length).toBe(1);
  expect([classifier, ...others].map(diagnose)).toEqual(['', '']);
  expect(diagnose(classifier.replace('Linear(800 -> 64)', 'Linear(1024 -> 64)'))).toBe(mistake.trimEnd());
});

test.each(blocks('ts'))('the TypeScript of example %# compiles', (example) => {
  const path = `${root}readme-example.ts`;
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['node', '@webgpu/types'],
    paths: { 'netc/runtime': [`${root}runtime/index.ts`] },
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, example, ts.ScriptTarget.ES2023) : getSourceFile(name, ...rest);
  const program = ts.createProgram([path], options, host);
  const problems = ts.getPreEmitDiagnostics(program, program.getSourceFile(path));
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
});

const quick = ['--data', 'synthetic', '--limit', '64', '--device', 'cpu', '--out', temporary];
const project = join(temporary, 'my-net');
const weights = join(temporary, 'weights.safetensors');

/** A script run so that the generated files' imports resolve to the sources instead of the last build. */
async function script(path: string, ...options: readonly string[]): Promise<string> {
  const config = join(temporary, 'tsconfig.json');
  const paths = { 'netc/runtime': [`${root}runtime/index.ts`] };
  writeFileSync(config, JSON.stringify({ compilerOptions: { module: 'NodeNext', paths } }));
  const argv = ['--import', import.meta.resolve('tsx'), path, ...options];
  const env = { ...process.env, TSX_TSCONFIG_PATH: config };
  return (await promisify(execFile)(process.execPath, argv, { cwd: root, env })).stdout;
}

async function ran(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await netc(argv);
  expect(stderr, stderr).not.toContain('error');
  expect(status).toBe(0);
  return stdout;
}

/** What stands in README.md's `sh` blocks, and how it is tried here: on little data, and writing elsewhere. */
const commands: Readonly<Record<string, () => Promise<unknown>>> = {
  // What continuous integration does; `start` is the `train` below.
  'npm install && npm start': async () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> };
    expect(scripts.start).toContain('train models/fashion_cnn.net');
  },
  'npm install && npm test': async () => expect(existsSync(`${root}.ci/run`)).toBe(true),
  'npx netc summary models/fashion_cnn.net': async () => {
    expect(await ran('summary', 'models/fashion_cnn.net')).toBe(summary);
  },
  'npx netc train models/fashion_cnn.net --epochs 1': async () => {
    await ran('train', 'models/fashion_cnn.net', '--epochs', '1', ...quick);
    expect(existsSync(weights)).toBe(true);
  },
  'npx netc eval models/fashion_cnn.net': async () => {
    const text = await ran(
      'eval',
      'models/fashion_cnn.net',
      '--data',
      'synthetic',
      '--device',
      'cpu',
      '--weights',
      weights,
    );
    expect(text).toMatch(/accuracy \d/);
  },
  'npx netc models/fashion_cnn.net': async () => {
    await ran('models/fashion_cnn.net', '-o', temporary);
    for (const file of ['fashion_cnn.ts', 'fashion_cnn.kernels.ts', 'fashion_cnn.train.ts'])
      expect(existsSync(join(temporary, file))).toBe(true);
  },
  'npx netc plot samples models/fashion_mnist.net': async () => {
    const output = join(temporary, 'samples.png');
    const text = await ran('plot', 'samples', 'models/fashion_mnist.net', '--data', 'synthetic', '-o', output);
    expect(text).toContain('the first 16 drawn pictures for FashionMnist');
    expect(existsSync(output)).toBe(true);
  },
  'npx netc plot augment models/fashion_small.net': async () => {
    const output = join(temporary, 'augment.png');
    const options = ['--data', 'synthetic', '--device', 'cpu', '-o', output];
    const text = await ran('plot', 'augment', 'models/fashion_small.net', ...options);
    expect(text).toContain(
      'the first 4 drawn pictures for FashionMnist as FashionSmallAugmented sees them in epochs 1 to 8',
    );
    expect(existsSync(output)).toBe(true);
  },
  'npx netc weights runs/fashion_cnn/weights.safetensors --against models/fashion_cnn_logits.net': async () => {
    const text = await ran('weights', weights, '--against', 'models/fashion_cnn_logits.net');
    expect(text.replace(weights, 'runs/fashion_cnn/weights.safetensors')).toBe(listed);
  },
  'npx netc weights convert resnet18-f37072fd.pth resnet18.safetensors': async () => {
    const output = join(temporary, 'resnet18.safetensors');
    expect(await ran('weights', 'convert', fixturePath('net_legacy.pth'), output)).toContain(': 10 tensors, ');
    expect(existsSync(output)).toBe(true);
  },
  'npx netc init ../my-net': async () => {
    expect(await ran('init', project)).toContain('\n  npm install\n  npx netc train my-net.net\n');
  },
  'cd ../my-net && npm install': async () => {
    const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    expect(existsSync(join(project, dependencies.netc.replace(/^file:/, ''), 'package.json'))).toBe(true);
  },
  'npx netc train my-net.net': async () => {
    const { status, stderr } = await netc(['train', 'my-net.net', '--steps', '1', '--device', 'cpu'], { cwd: project });
    expect([status, stderr]).toEqual([0, expect.stringContaining('600 samples of Shapes')]);
  },
  'npx tsx generated/fashion_cnn.train.ts --epochs 1': async () => {
    await script('generated/fashion_cnn.train.ts', '--epochs', '1', ...quick);
  },
  // What it measures needs minutes and packages of its own; its pieces have tests in test/bench.
  'npm run bench': async () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> };
    const [runner, script = ''] = (scripts.bench ?? '').split(' ');
    expect([runner, existsSync(join(root, script))]).toEqual(['tsx', true]);
  },
};

describe('commands', () => {
  const written = blocks('sh').flatMap((block) => block.trimEnd().split('\n'));

  test('each is known here', () => {
    expect(written).toEqual(Object.keys(commands));
  });

  test.each(Object.entries(commands))('%s', async (_command, run) => {
    await run();
  });
});

test('the training in TypeScript does what it shows', async () => {
  const text = blocks('ts').at(1) ?? '';
  const path = join(temporary, 'example.mts');
  const away = text.replace('./generated/', `${root}generated/`).replace('runs/brief', join(temporary, 'brief'));
  writeFileSync(path, away.replace('limit: 2000', `limit: 64, device: 'cpu', quiet: true`));
  expect((await script(path)).split('\n')).toEqual([
    "30 epochs are the declaration's",
    expect.stringMatching(/^0\.\d+ 0\.\d+$/),
    '',
  ]);
});

test('the architecture lists the passes as they are', () => {
  const text = readFileSync(`${root}compiler/README.md`, 'utf8');
  const listed = [...text.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, name, description]) => ({
    name,
    description,
  }));
  expect(listed).toEqual(passes.map(({ name, description }) => ({ name, description })));
});

test('links lead to files of the repository', () => {
  for (const document of ['README.md', 'compiler/README.md', 'compiler/editor/README.md']) {
    const text = readFileSync(root + document, 'utf8');
    const targets = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target ?? '');
    const broken = targets.filter(
      (target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(document), target)),
    );
    expect(broken).toEqual([]);
  }
});
