/**
 * The CPU as a device: WebAssembly SIMD kernels on several threads. Always there, in Node and in browsers.
 */
import type { Device, Session } from '../device.ts';
import { UserError } from '../errors.ts';
import type { ModuleSpec } from '../program.ts';
import { checkBatch } from '../session/buffers.ts';
import { compile } from './engine.ts';
import { layout } from './layout.ts';
import { createMemory } from './memory.ts';
import type { Participant } from './participant.ts';
import { CpuSession, kernelFunctions, partsOf } from './session.ts';
import type { WorkerHandle } from './workers.ts';
import { availableThreads, startWorker } from './workers.ts';

/** More threads than this gain little in kernels that take some tens of microseconds. */
const mostThreads = 8;
/** How long a thread spins before it sleeps, in milliseconds. Waking takes 5 to 45 microseconds; a core may be shared. */
const spin = 0.05;

export interface CpuOptions {
  /** How many threads a run uses, the calling one included. The cores, but at most 8, unless given. */
  readonly threads?: number;
  /**
   * Whether sums of products are rounded once a term (fused multiply-add) where the engine can; true unless given. Without
   * it every engine gives the same bits, more slowly.
   */
  readonly fma?: boolean;
}

export function openCpuDevice(options: CpuOptions = {}): Device {
  const available = availableThreads();
  const wanted = options.threads ?? Math.min(available.count, mostThreads);
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new UserError(`the CPU device runs on 1 or more threads, not on ${wanted}: give a whole number`);
  const threads = available.reason === '' ? wanted : 1;
  const sessions = new Set<Session>();
  const ending = new Set<Promise<void>>();
  let open = true;

  async function load(module: ModuleSpec, { batch }: { readonly batch: number }): Promise<Session> {
    if (!open) throw new Error('the device was destroyed');
    checkBatch(module, batch);
    const code = await compile(module.wasm, options.fma ?? true);
    const plan = layout(module, batch, threads);
    const memory = createMemory(plan);
    const instance = await WebAssembly.instantiate(code, { env: { memory } });
    const control = new Int32Array(memory.buffer);
    const shared = { words: plan.words, threads, spin, layout: 0, programs: [], target: 0 };
    const participant: Participant = {
      ...shared,
      control,
      kernels: kernelFunctions(module, instance),
      thread: 0,
      mayWait: maySleep(control),
    };

    let failure: Error | undefined;
    const names = partsOf(module).map(({ name }) => name);
    const starting = Array.from({ length: threads - 1 }, (_, i) => {
      const data = { module: code, memory, names, participant: { ...shared, thread: i + 1, mayWait: true } };
      return startWorker(data, (error) => {
        failure = error;
      });
    });
    const workers = await allOrNone(starting);
    const session = new CpuSession({
      plan,
      memory,
      participant,
      workers,
      failure: () => failure,
      disposed: (ended) => {
        sessions.delete(session);
        ending.add(ended);
        void ended.then(() => ending.delete(ended));
      },
    });
    sessions.add(session);
    return session;
  }

  async function destroy(): Promise<void> {
    open = false;
    for (const session of sessions) session.dispose();
    await Promise.all(ending);
  }

  const count = `${threads} thread${threads === 1 ? '' : 's'}`;
  const why = available.reason === '' ? '' : ` (${available.reason})`;
  return { kind: 'cpu', description: `CPU: WebAssembly SIMD, ${count}${why}`, load, destroy };
}

/** All workers, or, when one does not start, its error and none left running. */
async function allOrNone(starting: readonly Promise<WorkerHandle>[]): Promise<WorkerHandle[]> {
  const started = await Promise.allSettled(starting);
  const workers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const refused = started.find((result) => result.status === 'rejected');
  if (refused === undefined) return workers;
  await Promise.all(workers.map((worker) => worker.terminate()));
  throw refused.reason;
}

/** Whether this thread is allowed to sleep; a browser's main thread is not. */
function maySleep(control: Int32Array): boolean {
  try {
    // The word holds 0, so this returns at once where it is allowed.
    Atomics.wait(control, 0, 1);
    return true;
  } catch {
    return false;
  }
}
