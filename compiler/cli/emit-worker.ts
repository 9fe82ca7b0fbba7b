/** The thread that `emitter.ts` starts: loads ts-morph at once, then emits what it is sent. */
import { parentPort } from 'node:worker_threads';
import type { EmitOptions, EmitUnit } from '../7-emit/index.ts';
import { emitScripts } from './scripts.ts';

const port = parentPort;
if (!port) throw new Error('emit-worker.ts is not a program of its own');
port.on('message', async ({ units, options }: { units: readonly EmitUnit[]; options: EmitOptions }) => {
  port.postMessage(await emitScripts(units, options));
});
await import('../7-emit/files.ts');
