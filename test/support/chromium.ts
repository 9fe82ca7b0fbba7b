/**
 * A real browser for every machine: the headless Chromium of `@sparticuz/chromium` with WebGPU on SwiftShader, driven by
 * playwright-core, and a server for the pages that it opens. Nothing has to be installed on the system.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { missingArchives, unpack } from './archives.ts';

/** Why there is no Chromium here, or undefined: `test.skipIf(missingChromium() !== undefined)`. */
export function missingChromium(): string | undefined {
  return missingArchives();
}

/** Starts the browser; the first call on a machine unpacks it (180 MB). The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const [folder, swiftShader] = await Promise.all([unpack('chromium.br'), unpack('swiftshader.tar.br')]);
  // Chromium looks for its graphics libraries beside itself.
  for (const name of ['libEGL.so', 'libGLESv2.so', 'libvk_swiftshader.so', 'libvulkan.so.1', 'vk_swiftshader_icd.json'])
    linkOnce(join(swiftShader, name), join(folder, name));
  const executablePath = join(folder, 'chromium');
  const libraries = lacksLibraries(executablePath) ? [join(await unpack('al2023.tar.br'), 'lib')] : [];
  return chromium.launch({
    executablePath,
    env: { ...process.env, LD_LIBRARY_PATH: [folder, ...libraries].join(':') },
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-features=Vulkan',
      '--ignore-gpu-blocklist',
    ],
  });
}

function linkOnce(target: string, link: string): void {
  try {
    symlinkSync(target, link);
  } catch (error) {
    if (!existsSync(link)) throw error;
  }
}

/** Whether this system lacks shared libraries (libnss3 and its kin) that the binary wants. */
function lacksLibraries(executable: string): boolean {
  return execFileSync('ldd', [executable], { encoding: 'utf8' }).includes('not found');
}

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `files` (by path, such as `/main.js`) on localhost. `isolated` sends the headers that make a page cross-origin
 * isolated, which threads over shared memory need.
 */
export async function serve(files: Readonly<Record<string, string | Uint8Array>>, isolated: boolean): Promise<Site> {
  const types: Record<string, string> = { html: 'text/html', js: 'text/javascript', json: 'application/json' };
  const server = createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    const content = files[path === '/' ? '/index.html' : path];
    if (isolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    response.setHeader(
      'Content-Type',
      types[path.split('.').at(-1) ?? ''] ?? (path === '/' ? 'text/html' : 'text/plain'),
    );
    response.writeHead(content === undefined ? 404 : 200).end(content ?? 'not found');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
