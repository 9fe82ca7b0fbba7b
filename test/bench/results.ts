/** All that a run of the bench finds out, as it stands in its JSON file. Raw figures; what the tables show is worked out later. */
import type { Mode, NetworkName, Outcome } from './task.ts';

export interface Measurement {
  /** By round: the outcome, or why there is none. */
  readonly rounds: readonly (Outcome | { readonly failed: string })[];
}

export interface ContenderResult {
  readonly id: string;
  readonly title: string;
  readonly team: 'netc' | 'pytorch' | 'peer';
  /** Why it takes no part at all. */
  readonly missing?: string;
  /** Why it takes part in one mode only. */
  readonly without?: string;
  /** Its WebGPU is a program on the CPU: its speed says nothing. */
  readonly software?: true;
  readonly modes: Readonly<Partial<Record<Mode, Measurement>>>;
}

export interface NetworkResult {
  readonly network: NetworkName;
  readonly batch: number;
  readonly inferBatches: readonly number[];
  /** Where they come from. */
  readonly pictures: string;
  readonly contenders: readonly ContenderResult[];
  /** GFLOP/s of one core with nothing but multiplications and additions of f32x4. */
  readonly peak?: number;
  readonly kernels?: readonly KernelTime[];
  /** Where there is a GPU. */
  readonly gpu?: GpuKernels;
  readonly footprint?: Footprint;
  readonly batches?: readonly ScalingPoint[];
  readonly widths?: readonly ScalingPoint[];
}

/** A part of a kernel: what runs beside other things in one dispatch. */
export interface KernelTime {
  /** 0 for the step's first dispatch. */
  readonly dispatch: number;
  readonly label: string;
  /** Of one step, on one thread. */
  readonly ms: number;
  /** As the CPU computes it, which may be fewer than the operator's own. */
  readonly flops: number;
}

/** What a GPU does, by its own clock. */
export interface GpuKernels {
  /** GFLOP/s of float32 with nothing but multiplications and additions in registers. */
  readonly peak: number;
  /** GB/s of a copy, what is read and what is written together. */
  readonly bandwidth: number;
  /** A training step's dispatches in order. */
  readonly kernels: readonly {
    readonly label: string;
    readonly ms: number;
    readonly flops: number;
    readonly bytes: number;
  }[];
}

export interface ScalingPoint {
  /** The batch, or how many times as wide the network is. */
  readonly factor: number;
  readonly ms: number;
  /** Of one step. */
  readonly multiplyAdds: number;
}

export interface Footprint {
  /** `netc models/fashion_cnn.net`, several times, in milliseconds. */
  readonly compileMs: readonly number[];
  /** Runtime, generated module and training loop as a page loads them, in bytes. */
  readonly minified: number;
  readonly gzipped: number;
  /** Gzipped, what is loaded when it is wanted: reading data sets, drawing their stand-ins, the command line. */
  readonly later: number;
  readonly dispatches: Readonly<Record<'train' | 'infer', number>>;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly webgpu: string;
  /** The load averages over a minute at the start and the end of the run, and those between. */
  readonly load: readonly number[];
}

export interface Results {
  readonly date: string;
  readonly seconds: number;
  readonly machine: Machine;
  readonly networks: readonly NetworkResult[];
}
