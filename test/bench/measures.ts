/** netc alone: the time of each kernel against the core's peak, and how time grows with the batch and with the width. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compileNetwork, type Network, netc, writeSource } from './compile.ts';
import { bundleScript, type Places } from './launch.ts';
import { wideSource } from './networks.ts';
import type { ProbeTask } from './probes/protocol.ts';
import type { GpuKernels, KernelTime, ScalingPoint } from './results.ts';
import type { Report } from './rounds.ts';
import { elements } from './task.ts';
import { batch, type Workload } from './workload.ts';

const run = promisify(execFile);
const batches = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const widths = [1, 2, 4];

interface Timed {
  readonly factor: number;
  readonly ms: number;
}

/** Runs a script of `probes/` in a process of its own. */
async function probe<T>(script: string, task: ProbeTask, env = process.env): Promise<T> {
  const path = await bundleScript(`probes/${script}`);
  return JSON.parse((await run(process.execPath, [path, JSON.stringify(task)], { env })).stdout);
}

const taskOf = (workload: Workload, batchSizes: readonly number[], threads: number, seconds: number): ProbeTask => ({
  bundle: workload.bundle,
  folder: workload.folder,
  size: elements(workload.sample),
  batches: batchSizes,
  threads,
  seconds,
});

export interface KernelTimes {
  readonly peak: number;
  readonly kernels: readonly KernelTime[];
}

export async function measureKernels(network: Network, workload: Workload, quick: boolean): Promise<KernelTimes> {
  const times = await probe<KernelTimes>('kernels.ts', taskOf(workload, [batch], 1, quick ? 1 : 3));
  const counts = await arithmetic(network);
  // A dispatch's first parts are those that are listed; behind them stands what only small batches run.
  const numberIn = (at: number): number =>
    at - times.kernels.findIndex(({ dispatch }) => dispatch === times.kernels[at]?.dispatch);
  return {
    ...times,
    kernels: times.kernels.map((kernel, i) => ({ ...kernel, flops: counts[kernel.dispatch]?.[numberIn(i)] ?? 0 })),
  };
}

/** What the dispatches of a training step take on the GPU, with the arithmetic and the bytes that `netc kernels` says they need. */
export async function measureGpuKernels(network: Network, workload: Workload, places: Places): Promise<GpuKernels> {
  const times = await probe<GpuKernels>('gpu-kernels.ts', taskOf(workload, [batch], 1, 2), places.gpu);
  const { train }: { train: Listed[] } = JSON.parse(await listing(network));
  return {
    ...times,
    kernels: times.kernels.map((kernel, i) => {
      const { flops, bytesRead, bytesWritten } = train[i];
      return { ...kernel, flops, bytes: bytesRead + bytesWritten };
    }),
  };
}

export async function measureBatches(network: Network, workload: Workload, quick: boolean): Promise<ScalingPoint[]> {
  const times = await probe<Timed[]>('steps.ts', taskOf(workload, batches, 0, quick ? 0.3 : 1));
  const each = await forwardMultiplyAdds(network.source);
  return times.map(({ factor, ms }) => ({ factor, ms, multiplyAdds: factor * each }));
}

/** Each width in turns as well, a process at a time; the least of all rounds. */
export async function measureWidths(workload: Workload, quick: boolean, report: Report): Promise<ScalingPoint[]> {
  const points = new Map<number, ScalingPoint[]>();
  const networks = new Map<number, Network>();
  for (const factor of widths) {
    networks.set(factor, await compileNetwork(writeSource(`wide${factor}`, wideSource(factor))));
    report(`compiled the network ${factor} times as wide`);
  }
  for (let round = 0; round < (quick ? 1 : 3); round++)
    for (const [factor, { bundle, source }] of networks) {
      const task = { ...taskOf(workload, [batch], 0, quick ? 0.3 : 1), bundle };
      const [timed] = await probe<Timed[]>('steps.ts', task);
      const multiplyAdds = batch * (await forwardMultiplyAdds(source));
      if (timed) points.set(factor, [...(points.get(factor) ?? []), { factor, ms: timed.ms, multiplyAdds }]);
    }
  return [...points.values()].map((found) => [...found].sort((a, b) => a.ms - b.ms)[0]);
}

/** A prediction's multiply-adds for one picture, as `netc summary` counts them. */
async function forwardMultiplyAdds(source: string): Promise<number> {
  const { layers }: { layers: { macs: number }[] } = JSON.parse(await netc('summary', source, '--json'));
  return layers.reduce((sum, { macs }) => sum + macs, 0);
}

interface Listed {
  readonly flops: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly parts: readonly { readonly flops: number; readonly workOnCpu?: { readonly flops: number } }[];
}

/** The dispatches of a training step, as JSON. */
const listing = ({ source }: Network): Promise<string> =>
  netc('kernels', source, '--program', 'train', '--batch', String(batch), '--json');

/** The arithmetic of each part of each dispatch of a training step, as `netc kernels` counts it for the CPU. */
async function arithmetic(network: Network): Promise<readonly (readonly number[])[]> {
  const { train }: { train: Listed[] } = JSON.parse(await listing(network));
  return train.map(({ parts }) => parts.map(({ flops, workOnCpu }) => workOnCpu?.flops ?? flops));
}
