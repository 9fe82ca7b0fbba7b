/** Who is measured, in the order of the table, and what each cannot do. How one is started is launch.ts's. */
import { availableParallelism } from 'node:os';
import type { Mode, NetworkName } from './task.ts';

export interface Entry {
  readonly id: string;
  readonly title: string;
  /** Ratios are to the fastest `pytorch`. */
  readonly team: 'netc' | 'pytorch' | 'peer';
  /** In `contenders/`. */
  readonly script: string;
  readonly variant: string;
  readonly threads: number;
  readonly networks: readonly NetworkName[];
  readonly modes: readonly Mode[];
  /** Why a mode is left out. */
  readonly without?: string;
  /** Needs an adapter for WebGPU. */
  readonly webgpu?: true;
  /** Needs a GPU that PyTorch can use. */
  readonly cuda?: true;
  /** Takes part in `--quick`. */
  readonly quick?: true;
}

const cores = availableParallelism();
const threads = (count: number): string => `${count} thread${count === 1 ? '' : 's'}`;
/** One thread, and as many as there are cores. */
const counts = cores > 1 ? [1, cores] : [1];
const both: readonly Mode[] = ['train', 'infer'];
const all: readonly NetworkName[] = ['fashion_cnn', 'resnet18', 'resnet18_224'];
const cnn: readonly NetworkName[] = ['fashion_cnn'];
/** What WebGPU is asked to compute where it is a program on the CPU. */
export const inSoftware = cnn;

const netc: Omit<Entry, 'id' | 'title' | 'variant' | 'threads'> = {
  team: 'netc',
  script: 'netc.ts',
  networks: all,
  modes: both,
};
const pytorch = { script: 'pytorch.py', networks: all, modes: both } as const;
const onGpu = { threads: 1, cuda: true } as const;
const noTraining = "ONNX Runtime's packages do not train";
const onnx = { team: 'peer', script: 'onnx.ts', networks: all, modes: ['infer'], without: noTraining } as const;
const tfjs = { team: 'peer', script: 'tfjs.ts', networks: cnn, threads: 1 } as const;
const jax = { team: 'peer', script: 'jax.ts', networks: cnn, modes: both, threads: 1 } as const;

export const roster: readonly Entry[] = [
  ...counts.map(
    (count): Entry => ({
      ...netc,
      id: `netc-cpu-${count}`,
      title: `netc, CPU, ${threads(count)}`,
      variant: 'cpu',
      // The default, as a program would open it.
      threads: count === 1 ? 1 : 0,
      quick: true,
    }),
  ),
  { ...netc, id: 'netc-webgpu', title: 'netc, WebGPU', variant: 'webgpu', threads: 0, webgpu: true },
  ...counts.map(
    (count): Entry => ({
      ...pytorch,
      id: `pytorch-${count}`,
      title: `PyTorch, ${threads(count)}`,
      team: 'pytorch',
      variant: 'eager',
      threads: count,
      quick: true,
    }),
  ),
  ...counts.map(
    (count): Entry => ({
      ...pytorch,
      id: `pytorch-tuned-${count}`,
      title: `PyTorch tuned, ${threads(count)}`,
      team: 'peer',
      variant: 'tuned',
      threads: count,
    }),
  ),
  { ...pytorch, ...onGpu, id: 'pytorch-cuda', title: 'PyTorch, CUDA', team: 'pytorch', variant: 'cuda' },
  {
    ...pytorch,
    ...onGpu,
    id: 'pytorch-cuda-graphs',
    title: 'PyTorch, CUDA graphs',
    team: 'peer',
    variant: 'cuda-graphs',
  },
  {
    ...pytorch,
    ...onGpu,
    id: 'pytorch-cuda-compiled',
    title: 'PyTorch, CUDA, torch.compile',
    team: 'peer',
    variant: 'cuda-compiled',
  },
  ...counts.map(
    (count): Entry => ({
      ...onnx,
      id: `onnx-node-${count}`,
      title: `ONNX Runtime, native, ${threads(count)}`,
      variant: 'node',
      threads: count,
    }),
  ),
  ...counts.map(
    (count): Entry => ({
      ...onnx,
      id: `onnx-web-${count}`,
      title: `ONNX Runtime, WASM, ${threads(count)}`,
      variant: 'web',
      threads: count,
    }),
  ),
  { ...tfjs, id: 'tfjs-wasm', title: 'TensorFlow.js, WASM', variant: 'wasm', modes: both },
  {
    ...tfjs,
    id: 'tfjs-wasm-conv3d',
    title: 'TensorFlow.js, WASM by conv3d',
    variant: 'wasm-conv3d',
    modes: ['train'],
    without: 'predicts as the row above',
  },
  {
    ...tfjs,
    id: 'tfjs-cpu',
    title: 'TensorFlow.js, plain JS',
    variant: 'cpu',
    modes: ['infer'],
    without: 'a step of training takes about 40 s',
  },
  { ...jax, id: 'jax-wasm', title: 'jax-js, WASM', variant: 'wasm' },
  { ...jax, id: 'jax-webgpu', title: 'jax-js, WebGPU', variant: 'webgpu', webgpu: true },
];
