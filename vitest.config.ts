import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Generated modules import the package by its published name; in tests that name means the sources, not the last build.
export default defineConfig({
  resolve: { alias: { 'netc/runtime': fileURLToPath(new URL('./runtime/index.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    // Software Vulkan for the WebGPU tests; has to be in the environment before the worker processes start.
    globalSetup: ['test/support/global-setup.ts'],
    // Test files of one worker share their modules, which keep no state: loading these for each file took a third of the time.
    isolate: false,
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
