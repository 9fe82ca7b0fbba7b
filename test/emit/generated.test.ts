/** `generated/` is committed and fresh: compiling the shipped models again gives the same files, byte for byte. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { emit } from '../../compiler/7-emit/index.ts';
import { compileFile } from '../../compiler/cli/compile-file.ts';
import { sourceFolders } from '../../compiler/cli/source-folders.ts';

const sources = readdirSync('models').filter((name) => name.endsWith('.net'));

/** What `npx netc models/*.net` writes, by file name. */
async function regenerate(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of sources) {
    const { units, source } = compileFile(`models/${name}`);
    if (units.length === 0) continue;
    const options = { source, output: 'generated', sourceFolders: sourceFolders(units, 'generated') };
    for (const { path, text } of await emit(units, options)) files.set(path, text);
  }
  return files;
}

test('regenerating changes nothing', async () => {
  const fresh = await regenerate();
  expect([...fresh.keys()].sort()).toEqual(readdirSync('generated').sort());
  for (const [path, text] of fresh) {
    const committed = readFileSync(`generated/${path}`, 'utf8');
    // Not toBe: a difference in 200 kB of kernels is better shown by git diff than by a test.
    expect(committed === text, `generated/${path} is stale: run \`npx netc models/*.net\``).toBe(true);
  }
});
