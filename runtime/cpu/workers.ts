/**
 * Starts and stops the worker threads of a session, in Node and in browsers. A worker never returns to its event loop: it
 * waits for runs in shared memory, and ends by being terminated. It does not keep the process alive.
 */
import type { WorkerData } from './worker-source.ts';
import { workerSource } from './worker-source.ts';

export interface WorkerHandle {
  terminate(): Promise<void>;
}

/** How many threads can run at once here, and why only one where that is so. */
export function availableThreads(): { readonly count: number; readonly reason: string } {
  if (nodeModule('node:worker_threads') !== undefined)
    return { count: nodeModule('node:os')?.availableParallelism() ?? 1, reason: '' };
  if (typeof Worker === 'undefined') return { count: 1, reason: 'no workers here' };
  if (!globalThis.crossOriginIsolated)
    return { count: 1, reason: 'this page is not cross-origin isolated, so its threads cannot share memory' };
  return { count: navigator.hardwareConcurrency, reason: '' };
}

type NodeModules = {
  'node:worker_threads': typeof import('node:worker_threads');
  'node:os': typeof import('node:os');
};

/** A built-in module of Node, undefined elsewhere. Without an import, which bundlers for browsers would stumble over. */
function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  return typeof process === 'undefined' ? undefined : process.getBuiltinModule?.(name);
}

/** Resolves when the worker serves. `failed` is told when it dies later, which only the engine can bring about. */
export function startWorker(data: WorkerData, failed: (error: Error) => void): Promise<WorkerHandle> {
  const threads = nodeModule('node:worker_threads');
  return threads === undefined ? startInBrowser(data, failed) : startInNode(threads, data, failed);
}

function startInNode(
  threads: NodeModules['node:worker_threads'],
  data: WorkerData,
  failed: (error: Error) => void,
): Promise<WorkerHandle> {
  return new Promise((resolve, reject) => {
    const worker = new threads.Worker(workerSource('node'), { eval: true, workerData: data });
    worker.once('message', (text: string) => {
      if (text !== '') return reject(new Error(text));
      // Until here it must keep the process alive, or a process that only waits for it would end.
      worker.unref();
      resolve({ terminate: async () => void (await worker.terminate()) });
    });
    worker.on('error', (error) => {
      reject(error);
      failed(error);
    });
  });
}

function startInBrowser(data: WorkerData, failed: (error: Error) => void): Promise<WorkerHandle> {
  return new Promise((resolve, reject) => {
    const url = URL.createObjectURL(new Blob([workerSource('browser')], { type: 'text/javascript' }));
    const worker = new Worker(url);
    worker.onmessage = ({ data: text }: MessageEvent<string>) => {
      URL.revokeObjectURL(url);
      if (text !== '') return reject(new Error(text));
      resolve({ terminate: async () => worker.terminate() });
    };
    worker.onerror = ({ message }) => {
      const error = new Error(`a worker of the CPU device failed: ${message}`);
      reject(error);
      failed(error);
    };
    worker.postMessage(data);
  });
}
