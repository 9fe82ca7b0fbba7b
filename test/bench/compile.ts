/** A `.net` file compiled by the built command, as a user would, and bundled with the runtime into one file that a contender loads. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { DatasetSpec, ModelSpec } from '../../runtime/index.ts';
import { modelSpecOf, trainingIn } from './bundle.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** Everything that a run makes and no later one needs; below the peers' packages, so that contenders find them. */
export const scratch = fileURLToPath(new URL('./.cache/', import.meta.url));

export interface Network {
  readonly name: string;
  readonly source: string;
  /** The generated module's path. */
  readonly module: string;
  /** Generated module and runtime, as a URL. */
  readonly bundle: string;
  readonly model: ModelSpec;
  /** What it is trained on; undefined where the file has no training. */
  readonly dataset: DatasetSpec | undefined;
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
  const exported = await import(bundle);
  const dataset = trainingIn(exported)?.dataset;
  return { name, source, module, bundle, model: modelSpecOf(exported), dataset, compileMs };
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
