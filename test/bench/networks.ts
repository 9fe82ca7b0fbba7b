/**
 * The networks that are measured: their `.net` source, compiled by the built command as a user would, and bundled with the
 * runtime into one file that a contender loads.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { TrainingSpec } from '../../runtime/index.ts';
import { trainingOf } from './bundle.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** Everything that a run makes and no later one needs; below the peers' packages, so that contenders find them. */
export const scratch = fileURLToPath(new URL('./.cache/', import.meta.url));
export const shippedModel = join(root, 'models/fashion_cnn.net');

export interface Network {
  readonly name: string;
  readonly source: string;
  /** The generated module's path. */
  readonly module: string;
  /** Generated module and runtime, as a URL. */
  readonly bundle: string;
  readonly training: TrainingSpec;
  /** What the command took, in milliseconds. */
  readonly compileMs: number;
}

/** Compiles a source file with the built `netc`. */
export async function compileNetwork(source: string): Promise<Network> {
  const name = basename(source, '.net');
  const generated = join(scratch, 'generated');
  const start = performance.now();
  await netc(source, '-o', generated);
  const compileMs = performance.now() - start;
  const module = join(generated, `${name}.ts`);
  const outfile = join(scratch, `${name}.mjs`);
  await build({ ...bundling, stdin: everythingOf(module), outfile, platform: 'node', external: ['webgpu'] });
  const bundle = pathToFileURL(outfile).href;
  return { name, source, module, bundle, training: trainingOf(await import(bundle)), compileMs };
}

/** Runs the built command; its output. */
export async function netc(...argv: readonly string[]): Promise<string> {
  const command = join(root, 'dist/compiler/cli/main.js');
  return (await promisify(execFile)(process.execPath, [command, ...argv], { maxBuffer: 2 ** 28 })).stdout;
}

/** A source file of the bench's own making. */
export function writeSource(name: string, text: string): string {
  const folder = join(scratch, 'sources');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.net`);
  writeFileSync(path, text);
  return path;
}

export const bundling = {
  bundle: true,
  format: 'esm',
  target: 'es2023',
  alias: { 'netc/runtime': join(root, 'runtime/index.ts') },
} as const;

/** An entry that has all of the module and all of the runtime. */
export const everythingOf = (module: string) => ({
  contents: `export * from 'netc/runtime';\nexport * from ${JSON.stringify(module)};\n`,
  resolveDir: root,
});

const fashionMnist = JSON.stringify(join(root, 'models/fashion_mnist.net'));

/** The network of models/fashion_cnn.net with `factor` times as many channels and features. */
export function wideSource(factor: number): string {
  const [a, b, c, d] = [32, 64, 128, 64].map((width) => width * factor);
  return `// models/fashion_cnn.net, ${factor} times as wide.
import { FashionMnist } from ${fashionMnist}

model Wide${factor}(image: f32[N, 1, 28, 28]) -> f32[N, 10] {
  image
    |> conv1: Conv2d(1 -> ${a}, kernel=3) |> relu |> MaxPool2d(2)
    |> conv2: Conv2d(${b}, kernel=3) |> relu |> MaxPool2d(2)
    |> conv3: Conv2d(${c}, kernel=3) |> relu
    |> flatten
    |> fc1: Linear(${d}) |> relu
    |> fc2: Linear(10)
    |> softmax
}

train Wide${factor} on FashionMnist {
  input     = to_float(image)
  // netc-allow: W0101
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
  batch     = 64
}
`;
}

/** ResNet-18 for grey pictures of 28 x 28 pixels. */
export function resnetSource(): string {
  const program = JSON.stringify(join(root, 'models/resnet18.net'));
  return `// ResNet-18 for Fashion-MNIST.
import { FashionMnist } from ${fashionMnist}
import { ResNet18 } from ${program}

train Resnet: ResNet18(10, 1, 28) on FashionMnist {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = Adam(lr=0.001)
  batch     = 64
}
`;
}
