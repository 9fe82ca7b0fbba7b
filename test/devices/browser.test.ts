/** The same module in a real browser: on its GPU interface, on threads, and on one thread where threads are not allowed. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, missingChromium, serve } from '../support/chromium.ts';

/** What the page reports of a device. */
interface Outcome {
  readonly description: string;
  readonly values: number[];
  readonly history: number[][];
}

const bundle = build({
  entryPoints: [fileURLToPath(new URL('./browser-page.ts', import.meta.url))],
  bundle: true,
  minify: true,
  keepNames: true,
  format: 'esm',
  platform: 'browser',
  write: false,
});

const missing = missingChromium();
describe.skipIf(missing !== undefined)(`in Chromium${missing === undefined ? '' : `: ${missing}`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function inBrowser(choice: string, isolated: boolean): Promise<Outcome> {
    const script = (await bundle).outputFiles[0]?.text ?? '';
    const page = '<!doctype html><title>devices</title><script type="module" src="/main.js"></script>';
    const site = await serve({ '/index.html': page, '/main.js': script }, isolated);
    try {
      const tab = await browser.newPage();
      const failures: string[] = [];
      tab.on('pageerror', (error) => failures.push(error.message));
      await tab.goto(site.url);
      const outcome: Outcome = await tab.evaluate(`window.runToy(${JSON.stringify(choice)})`);
      await tab.close();
      expect(failures).toEqual([]);
      return outcome;
    } finally {
      await site.close();
    }
  }

  const values = [1.5, 20.5, 300.5, 4000.5, 5.5, 60.5, 700.5, 8000.5];
  const history = Array.from({ length: 20 }, () => [13090, -13090]);

  test('WebGPU', async () => {
    const outcome = await inBrowser('webgpu', false);
    expect(outcome).toEqual({ description: expect.stringMatching(/^WebGPU: .*\(software, slow\)$/), values, history });
  });

  test('threads where the page is cross-origin isolated', async () => {
    const outcome = await inBrowser('cpu', true);
    expect(outcome).toEqual({ description: 'CPU: WebAssembly SIMD, 2 threads', values, history });
  });

  test('one thread elsewhere', async () => {
    const outcome = await inBrowser('cpu', false);
    const description =
      'CPU: WebAssembly SIMD, 1 thread (this page is not cross-origin isolated, so its threads cannot share memory)';
    expect(outcome).toEqual({ description, values, history });
  });

  test('auto does not take the software adapter', async () => {
    const outcome = await inBrowser('auto', true);
    expect(outcome.description).toMatch(/^CPU: .*; not WebGPU: its only adapter, .*, is software$/);
    expect(outcome.values).toEqual(values);
  });
});
