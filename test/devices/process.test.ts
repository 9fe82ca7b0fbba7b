/** A process that used a device ends by itself, soon and with the right status, whatever it did with the device. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingSwiftShader } from '../support/swiftshader.ts';

// Bundled, as plain Node starts it in a tenth of a second; below node_modules, where it finds the package webgpu.
const folder = fileURLToPath(new URL(`../../node_modules/.cache/netc/process-${process.pid}/`, import.meta.url));
const script = `${folder}script.mjs`;
const entry = fileURLToPath(new URL('./process-script.ts', import.meta.url));
beforeAll(() => build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'node', outfile: script }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ending {
  readonly status: number | null;
  readonly signal: string | null;
  /** From DONE, or from the interrupt after it, to the end. */
  readonly milliseconds: number;
  readonly output: string;
  readonly errors: string;
}

function run(choice: string, ending: string, environment: NodeJS.ProcessEnv = process.env): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, choice, ending], { env: environment });
    let errors = '';
    let output = '';
    let start = Number.NaN;
    child.stdout.once('data', () => {
      start = performance.now();
      if (ending === 'interrupt') child.kill('SIGINT');
    });
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.on('error', reject);
    const giveUp = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.on('close', (status, signal) => {
      clearTimeout(giveUp);
      resolve({ status, signal, milliseconds: performance.now() - start, output, errors });
    });
  });
}

const noGpu = missingSwiftShader();
describe.each(['cpu', 'webgpu'])('%s', (choice) => {
  const skip = choice === 'webgpu' && noGpu !== undefined;
  test.skipIf(skip).each([
    ['destroy', 0],
    ['idle', 0],
    ['exit', 7],
    ['uncaught', 1],
    ['interrupt', 130],
  ])(`after %s the status is %d${skip ? ` (${noGpu})` : ''}`, async (ending, status) => {
    const ended = await run(choice, ending);
    expect(ended.signal).toBeNull();
    expect(ended.errors).toMatch(ending === 'uncaught' ? /a mistake elsewhere/ : /^$/);
    expect(ended.status).toBe(status);
    expect(ended.milliseconds).toBeLessThan(1000);
  });
});

/** What is not Dawn's: where a Vulkan loader is installed but no driver, it tells on its own what it has tried. */
const ownLines = (errors: string): string =>
  errors
    .split('\n')
    .filter((line) => !/dawn|vulkan|vkCreate|XDG_RUNTIME_DIR|While (?:initializing|calling)/i.test(line))
    .join('\n')
    .trim();

describe('on a machine without a GPU', () => {
  const environment = { ...process.env, LD_LIBRARY_PATH: '', VK_DRIVER_FILES: '/none', VK_ICD_FILENAMES: '/none' };

  test('asking for WebGPU says what is missing and what to do', async () => {
    const ended = await run('webgpu', 'report', environment);
    expect(ended.output).toMatch(
      /^UserError: no WebGPU device: .*; use the CPU device \(--device cpu\), which needs no driver\n$/,
    );
    expect([ended.status, ownLines(ended.errors)]).toEqual([1, '']);
  });

  test('auto takes the CPU and says why', async () => {
    const ended = await run('auto', 'report', environment);
    expect(ended.output).toMatch(/^CPU: WebAssembly SIMD, 2 threads; not WebGPU: (there is no Vulkan|WebGPU finds no)/);
    expect([ended.status, ownLines(ended.errors)]).toEqual([0, '']);
  });
});
