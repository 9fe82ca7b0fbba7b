#!/usr/bin/env node
/**
 * The `netc` program: hands the command line to a command and ends the process with its exit status. Nothing is decided
 * here; `run.ts` is the same without the process, for tests.
 */
import { setFlagsFromString } from 'node:v8';
import { run } from './run.ts';

// V8 optimises a function after some work in it, on threads that take the other core from emission. A compilation is over
// before that pays: four times the work before it takes 2.0 to 1.6 s and a third of the processor time off.
setFlagsFromString('--interrupt-budget=500000');

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
