/**
 * The program of a worker, as text: Node and browsers start workers from a file or from text, and a file would have to be
 * found again after every kind of bundling. The text is made from the functions that the main thread runs itself.
 */
import { serve, walk } from './participant.ts';

/** What a worker is started with. `Participant` less what only the worker can make. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The kernels' export names. */
  readonly names: readonly string[];
  readonly participant: object;
}

/** Posts '' once it is ready, or the text of an error; then serves for ever. */
export function workerSource(host: 'node' | 'browser'): string {
  const start =
    host === 'node'
      ? `const { parentPort, workerData } = require('node:worker_threads');
         start(workerData, (text) => parentPort.postMessage(text));`
      : 'onmessage = ({ data }) => start(data, (text) => postMessage(text));';
  // Some bundlers wrap functions in calls of __name, which would otherwise be missing here.
  return `'use strict';
const __name = (target) => target;
const walk = ${walk.toString()};
const serve = ${serve.toString()};
function start({ module, memory, names, participant }, post) {
  let kernels;
  try {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    kernels = names.map((name) => exports[name]);
  } catch (error) {
    return post(String(error));
  }
  const control = new Int32Array(memory.buffer);
  post('');
  serve({ ...participant, control, kernels }, walk);
}
${start}`;
}
