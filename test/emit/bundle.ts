/**
 * What a page loads that trains a generated model: the runtime, the generated module and its training loop in one file,
 * minified, and where its bytes come from; what a page may load later, when it is wanted, counts beside. Builds only; what is
 * too much says the test.
 */
import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type OutputFile, transform } from 'esbuild';
import type { ModuleSpec } from '../../runtime/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Part {
  readonly name: string;
  /** Bytes when minified. */
  readonly minified: number;
  /** Bytes when also compressed, by itself. */
  readonly gzipped: number;
}

export interface Bundle {
  readonly minified: number;
  readonly gzipped: number;
  /** Compressed bytes of what is loaded when it is wanted: reading and drawing data sets, the command line. */
  readonly later: number;
  /** The runtime by folder, the generated files, the kernels' texts: each compressed alone, so they don't add up exactly. */
  readonly parts: readonly Part[];
}

export const gzipped = (content: string | Uint8Array): number => gzipSync(content, { level: 9 }).length;

/** The bundle of `generated/<model>.train.ts`, whose kernels are `modules`. */
export async function bundleOf(model: string, modules: readonly ModuleSpec[]): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`generated/${model}.train.ts`],
    alias: { 'netc/runtime': './runtime/index.ts' },
    bundle: true,
    splitting: true,
    outdir: 'dist/bundle',
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['node:*'],
    write: false,
    metafile: true,
  });
  const first = loadedFirst(metafile);
  const files = outputFiles.filter(({ path }) => first.has(relative(root, path)));
  const folders = new Map<string, string[]>();
  for (const path of [...first].flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {}))) {
    if (path.endsWith('.kernels.ts')) continue;
    const folder = dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  const parts = await Promise.all([...folders].map(([folder, paths]) => sources(`${folder}/`, paths)));
  const sum = (list: readonly OutputFile[], of: (file: OutputFile) => number): number =>
    list.reduce((total, file) => total + of(file), 0);
  return {
    minified: sum(files, ({ contents }) => contents.length),
    gzipped: sum(files, ({ contents }) => gzipped(contents)),
    later: sum(outputFiles, ({ contents }) => gzipped(contents)) - sum(files, ({ contents }) => gzipped(contents)),
    parts: [...parts, ...kernelParts(modules)].sort((a, b) => b.gzipped - a.gzipped),
  };
}

/** The entry and what it imports, not what it may import later. */
function loadedFirst({ outputs }: Metafile): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') visit(next);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) if (entryPoint?.endsWith('.train.ts')) visit(path);
  return found;
}

/** Source files, each minified alone: names that other files import stay long, so this is a little too much. */
async function sources(name: string, paths: readonly string[]): Promise<Part> {
  const options = { loader: 'ts', minify: true, format: 'esm', target: 'esnext' } as const;
  const texts = await Promise.all(
    paths.map(async (path) => (await transform(await readFile(`${root}/${path}`, 'utf8'), options)).code),
  );
  return part(name, texts.join(''));
}

function kernelParts(modules: readonly ModuleSpec[]): Part[] {
  const text = (of: (module: ModuleSpec) => string): string => modules.map(of).join('\n');
  return [
    part(
      'WGSL',
      text(({ kernels }) => [...new Set(kernels.map(({ wgsl }) => wgsl))].join('\n')),
    ),
    part(
      'WebAssembly',
      text(({ wasm }) => wasm),
    ),
    part(
      'plan',
      text((module) =>
        JSON.stringify({ ...module, wasm: '', kernels: module.kernels.map((kernel) => ({ ...kernel, wgsl: '' })) }),
      ),
    ),
  ];
}

const part = (name: string, content: string): Part => ({
  name,
  minified: content.length,
  gzipped: gzipped(content),
});

/** The parts as a table, the largest first. */
export function showBundle({ minified, gzipped, later, parts }: Bundle): string {
  const line = (part: Part): string =>
    `${part.gzipped.toLocaleString('en-US').padStart(8)} ${part.minified.toLocaleString('en-US').padStart(9)}  ${part.name}`;
  return [
    ' gzipped  minified',
    ...parts.map(line),
    line({ name: 'together', minified, gzipped }),
    `and ${later.toLocaleString('en-US')} later`,
  ].join('\n');
}
