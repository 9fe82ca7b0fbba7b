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
  load(module: ModuleSpec, options: LoadOptions): Promise<Session>;
  /** Frees everything; the process can exit afterwards. Idempotent. */
  destroy(): Promise<void>;
}

export interface LoadOptions {
  readonly batch: number;
  /** Told how many kernels are compiled, where that takes a while. */
  readonly progress?: Progress | undefined;
}

/** `done` of `all` kernels are compiled. */
export type Progress = (done: number, all: number) => void;

/** A field of the samples that a device is to keep: the bytes of one sample after the other. */
export interface SampleColumn {
  /** The `input` buffer that takes a batch of it: an element for each byte. */
  readonly buffer: number;
  readonly data: Uint8Array;
}

/** Samples that are on the device. */
export interface KeptSamples {
  /** Makes these the samples of the runs that follow, in this order. What the buffers hold beyond them is not said. */
  take(rows: Uint32Array): void;
  dispose(): void;
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
   * Puts the samples of a split where runs can take batches of them by number. Undefined where that is no gain (on the CPU),
   * or the device has no room for them: then each batch is written.
   */
  keep(columns: readonly SampleColumn[]): Promise<KeptSamples | undefined>;
  /**
   * Runs a program for N samples. `uniforms` has the module's `uniforms` values. Returns at once on WebGPU, which may
   * collect several runs before it starts on them, and when done on the CPU. Appends the program's records to the history.
   */
  run(program: ProgramName, n: number, uniforms: Float32Array): void;
  /** Undefined where another run is welcome; else the device has work for a while, and this is what to wait for. */
  busy(): Promise<void> | undefined;
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
