/** The thread that `emitter.ts` starts: loads ts-morph at once, then emits what it is sent. */
import { parentPort } from 'node:worker_threads';
import type { EmitOptions, EmitUnit } from '../7-emit/index.ts';
import { type Emission, emitHere } from './emitter.ts';

interface Order {
  readonly what: Emission;
  readonly units: readonly EmitUnit[];
  readonly options: EmitOptions;
}

const port = parentPort;
if (!port) throw new Error('emit-worker.ts is not a program of its own');
port.on('message', async ({ what, units, options }: Order) => {
  port.postMessage(await emitHere(what, units, options));
});
await import('../7-emit/files.ts');
