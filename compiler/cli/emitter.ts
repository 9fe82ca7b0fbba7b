/**
 * Emission beside the main thread: ts-morph, which brings the TypeScript compiler, takes half a second to load. That time
 * passes on another core while the program is compiled.
 */
import { Worker } from 'node:worker_threads';
import type { EmitOptions, EmittedFile, EmitUnit } from '../7-emit/index.ts';

/** `sources`: the files that `netc FILE` writes; `scripts`: the same as JavaScript that runs. */
export type Emission = 'sources' | 'scripts';

export interface Emitter {
  emit(what: Emission, units: readonly EmitUnit[], options: EmitOptions): Promise<readonly EmittedFile[]>;
  /** Ends the thread; also after `emit`. */
  stop(): Promise<void>;
}

/** Run from its TypeScript sources, under a loader that threads don't have, it emits on the main thread. */
export function startEmitter(): Emitter {
  if (import.meta.url.endsWith('.ts')) return { emit: emitHere, stop: async () => {} };
  const worker = new Worker(new URL('./emit-worker.js', import.meta.url));
  return {
    emit: (what, units, options) =>
      new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.postMessage({ what, units, options });
      }),
    stop: async () => {
      await worker.terminate();
    },
  };
}

/** On this thread. */
export async function emitHere(
  what: Emission,
  units: readonly EmitUnit[],
  options: EmitOptions,
): Promise<readonly EmittedFile[]> {
  if (what === 'sources') return (await import('../7-emit/index.ts')).emit(units, options);
  return (await import('./scripts.ts')).emitScripts(units, options);
}
