import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Generated modules import the package by its published name; in tests that name means the sources, not the last build.
export default defineConfig({
  resolve: { alias: { 'netc/runtime': fileURLToPath(new URL('./runtime/index.ts', import.meta.url)) } },
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, maxWorkers: 2 },
});
