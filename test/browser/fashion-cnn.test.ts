/**
 * The generated class in a real browser: prediction and one training step, on WebGPU, on threads and on one thread, give
 * the numbers that they give in Node.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, missingChromium, serve } from '../support/chromium.ts';
import { type Outcome, runFashionCnn } from './run-fashion-cnn.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const bundle = build({
  entryPoints: [here('./page.ts')],
  alias: { 'netc/runtime': here('../../runtime/index.ts') },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  // The runtime's ways to files and data sets are Node's and stay behind dynamic imports.
  external: ['node:*'],
  write: false,
});

/** Every number of an outcome in one list. */
const numbers = ({ forward, record, parameters, after }: Outcome): number[] => [
  ...forward,
  ...record,
  ...Object.values(parameters).flat(),
  ...after,
];

function expectClose(actual: Outcome, expected: Outcome): void {
  expect(Object.keys(actual.parameters)).toEqual(Object.keys(expected.parameters));
  const wanted = numbers(expected);
  expect(numbers(actual)).toHaveLength(wanted.length);
  numbers(actual).forEach((value, i) => {
    expect(Math.abs(value - wanted[i]), `number ${i}: ${value}, not ${wanted[i]}`).toBeLessThan(
      1e-4 + 1e-5 * Math.abs(wanted[i]),
    );
  });
}

const missing = missingChromium();
describe.skipIf(missing !== undefined)(`in Chromium${missing === undefined ? '' : `: ${missing}`}`, () => {
  let browser: Browser;
  let inNode: Outcome;
  beforeAll(async () => {
    [browser, inNode] = await Promise.all([launchChromium(), runFashionCnn('cpu', 1)]);
  });
  afterAll(() => browser?.close());

  async function inBrowser(choice: string, isolated: boolean): Promise<Outcome> {
    const script = (await bundle).outputFiles[0]?.text ?? '';
    const page = '<!doctype html><title>FashionCnn</title><script type="module" src="/main.js"></script>';
    const site = await serve({ '/index.html': page, '/main.js': script }, isolated);
    const tab = await browser.newPage();
    try {
      const failures: string[] = [];
      tab.on('pageerror', (error) => failures.push(error.message));
      await tab.goto(site.url);
      const outcome: Outcome = await tab.evaluate(`window.runFashionCnn(${JSON.stringify(choice)}, 2)`);
      expect(failures).toEqual([]);
      return outcome;
    } finally {
      await tab.close();
      await site.close();
    }
  }

  test('in Node it predicts and learns', () => {
    expect(inNode.forward).toHaveLength(30);
    for (const sample of [0, 1, 2]) {
      const sum = inNode.forward.slice(10 * sample, 10 * sample + 10).reduce((a, b) => a + b);
      expect(sum).toBeCloseTo(1, 5);
    }
    expect(inNode.record[0]).toBeCloseTo(Math.log(10), 0);
    // Adam's first step moves every probability.
    expect(Math.max(...inNode.after.map((value, i) => Math.abs(value - inNode.forward[i])))).toBeGreaterThan(1e-3);
  });

  test('WebGPU', async () => {
    const outcome = await inBrowser('webgpu', false);
    expect(outcome.description).toMatch(/^WebGPU: .*\(software, slow\)$/);
    expectClose(outcome, inNode);
  });

  test('threads in an isolated page: the same bits as one thread in Node', async () => {
    const outcome = await inBrowser('cpu', true);
    expect(outcome.description).toBe('CPU: WebAssembly SIMD, 2 threads');
    expect(numbers(outcome)).toEqual(numbers(inNode));
  });

  test('one thread elsewhere', async () => {
    const outcome = await inBrowser('cpu', false);
    expect(outcome.description).toMatch(/^CPU: WebAssembly SIMD, 1 thread \(/);
    expect(numbers(outcome)).toEqual(numbers(inNode));
  });
});
