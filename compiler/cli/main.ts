#!/usr/bin/env node
/**
 * The `netc` program: hands the command line to a command and ends the process with its exit status. Nothing is decided
 * here; `run.ts` is the same without the process, for tests.
 */
import { run } from './run.ts';

// Whoever reads our output may stop reading (`netc summary … | head -1`); that is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const status = await run(process.argv.slice(2));
// Ends by itself if it can, so that all output gets out; after a second in any case (a graphics driver may hang on).
process.exitCode = status;
setTimeout(() => process.exit(status), 1000).unref();
