/**
 * Unpacks what the `@sparticuz/chromium` package carries (brotli, most of them tar) into a cache below node_modules, once
 * per machine. Knows nothing about what the archives hold.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const archives = join(modules, '@sparticuz/chromium/bin');

/** Below node_modules: outside of git, gone with the packages that it came from. */
export const cache = join(modules, '.cache/netc/chromium-141');

/** Why the archives cannot be used here, or undefined. The binaries are for Linux on x64. */
export function missingArchives(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `needs Linux on x64, this is ${process.platform} on ${process.arch}`;
  return existsSync(archives) ? undefined : 'needs the package @sparticuz/chromium: run npm install';
}

/**
 * Unpacks `name` (`swiftshader.tar.br`, `chromium.br`) and returns the folder that holds the files. Several processes may
 * call it at once: each unpacks into a folder of its own and the first rename wins.
 */
export async function unpack(name: string): Promise<string> {
  const folder = join(cache, name.replace(/(\.tar)?\.br$/, ''));
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, 'unpack-'));
  try {
    const file = join(temporary, name.replace(/\.br$/, ''));
    await pipeline(
      createReadStream(join(archives, name)),
      createBrotliDecompress(),
      createWriteStream(file, { mode: 0o755 }),
    );
    if (file.endsWith('.tar')) {
      execFileSync('tar', ['-xf', file, '-C', dirname(file), '--no-same-owner']);
      rmSync(file);
    }
    renameSync(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}
