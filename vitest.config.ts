import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Random programs take up to a minute a file: begun last, they would leave one of two workers without work. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/test/fuzz/');
    return (await super.sort(files)).sort((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}

// Generated modules import the package by its published name; in tests that name means the sources, not the last build.
export default defineConfig({
  resolve: { alias: { 'netc/runtime': fileURLToPath(new URL('./runtime/index.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    // Software Vulkan for the WebGPU tests; has to be in the environment before the worker processes start.
    globalSetup: ['test/support/global-setup.ts'],
    // Test files of one worker share their modules, which keep no state: loading these for each file took a third of the time.
    isolate: false,
    sequence: { sequencer: LongFirst },
    testTimeout: 60_000,
    maxWorkers: 2,
    // The compiler makes many short-lived trees: with the default 16 MiB for the young ones the tests take a fifteenth longer.
    execArgv: ['--max-semi-space-size=64'],
  },
});
