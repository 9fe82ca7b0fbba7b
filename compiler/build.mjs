/**
 * What the build does after `tsc`: copies the standard library beside the compiled JavaScript, where the command line looks for
 * it, with its syntax trees, which take 0.25 s to parse and 0.03 s to read; and bundles what loads slowly file by file. Node
 * takes 0.3 s to load the command's some two hundred modules and 0.4 s for chevrotain's; a bundle takes 0.1 s with both. Nothing
 * is minified: a stack trace can be read.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const commands = 'dist/compiler/cli';

/** The runtime stays as it is: programs that a command runs import it too, and there is to be one of each class. */
const sharedRuntime = {
  name: 'shared-runtime',
  setup(bundle) {
    bundle.onResolve({ filter: /^\..*\/runtime\// }, ({ path, resolveDir }) => {
      const module = relative(root, resolve(resolveDir, path)).replace(/\.ts$/, '.js');
      return { path: relative(commands, join('dist', module)), external: true };
    });
  },
};

const options = { absWorkingDir: root, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' };
for (const file of readdirSync(join(root, commands))) {
  if (/-[A-Z0-9]{8}\.js$/.test(file)) rmSync(join(root, commands, file));
}
await Promise.all([
  // For those who import the compiler.
  build({ ...options, entryPoints: ['compiler/1-parse/chevrotain.ts'], outdir: 'dist/compiler/1-parse' }),
  build({
    ...options,
    entryPoints: ['compiler/cli/main.ts', 'compiler/cli/emit-worker.ts'],
    outdir: commands,
    // Beside the entry points, so that what they find from their own place is found from the chunks' too.
    chunkNames: '[name]-[hash]',
    splitting: true,
    external: ['ts-morph', 'fast-png', 'webgpu', 'vscode-languageserver', 'vscode-languageserver-textdocument'],
    plugins: [sharedRuntime],
  }),
]);

const { parse } = await import('../dist/compiler/1-parse/index.js');
const { storedTree } = await import('../dist/compiler/1-parse/stored.js');
mkdirSync(join(root, 'dist/compiler/std'), { recursive: true });
for (const name of readdirSync(join(root, 'compiler/std')).filter((file) => file.endsWith('.net'))) {
  const file = { path: `std/${name}`, text: readFileSync(join(root, 'compiler/std', name), 'utf8') };
  const { module, diagnostics } = parse(file);
  if (diagnostics.length > 0) throw new Error(`${file.path}: ${diagnostics[0].message}`);
  writeFileSync(join(root, 'dist/compiler/std', name), file.text);
  writeFileSync(join(root, 'dist/compiler/std', `${name}.json`), storedTree(module));
}
