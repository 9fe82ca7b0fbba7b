/**
 * The one interface that both devices implement. A device loads a generated module into a session; a session owns the
 * memory and runs the module's programs. Nothing here knows about layers, data or training.
 */
import type { ModuleSpec, ProgramName } from './program.ts';

export type HostArray = Float32Array | Int32Array | Uint8Array;

export interface Device {
  readonly kind: 'webgpu' | 'cpu';
  /** For people: `WebGPU: NVIDIA H200`, `CPU: WebAssembly SIMD, 2 threads`. */
  readonly description: string;
  /** Compiles every kernel and allocates for batches of up to `batch` samples. */
  load(module: ModuleSpec, options: { readonly batch: number }): Promise<Session>;
  /** Frees everything; the process can exit afterwards. Idempotent. */
  destroy(): Promise<void>;
}

export interface Session {
  readonly module: ModuleSpec;
  /** The largest N that a run may have without growing. */
  readonly capacity: number;
  /** Makes room for batches of `batch` samples. Parameters, gradients and state keep their values. */
  reserve(batch: number): void;
  /**
   * Copies host data into a buffer from element `offset` on. Bytes are written in whole words: `offset` is a multiple of 4,
   * and what is left of the last word becomes zero.
   */
  write(buffer: number, data: HostArray, offset?: number): void;
  /** Copies `length` elements out of a buffer, after all work submitted so far. */
  read(buffer: number, offset: number, length: number): Promise<HostArray>;
  /**
   * Runs a program for N samples. `uniforms` has the module's `uniforms` values. Returns at once on WebGPU, when done
   * on the CPU. Appends the program's records to the history.
   */
  run(program: ProgramName, n: number, uniforms: Float32Array): void;
  /**
   * The records of the runs since the last call, one row a run, in the order of the program's `records`; runs of programs
   * without records have no row. At most `historyCapacity` rows may lie between two calls.
   */
  history(): Promise<readonly Float32Array[]>;
  readonly historyCapacity: number;
  /**
   * Runs a program kernel by kernel and returns the label of the first kernel that writes a value that is not finite,
   * or undefined. Slow: for finding out where a NaN began.
   */
  trace(program: ProgramName, n: number, uniforms: Float32Array): Promise<string | undefined>;
  dispose(): void;
}
