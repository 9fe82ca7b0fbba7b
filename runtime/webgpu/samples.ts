/**
 * Samples that stay on the device: all of a split as bytes, copied there once. A step names the rows that it wants; the
 * kernels of `gather.ts` copy the batches of a whole submission into their slots, ahead of its steps.
 */
import type { KeptSamples, SampleColumn } from '../device.ts';
import type { ModuleSpec } from '../program.ts';
import { bufferAt } from '../session/buffers.ts';
import { ask } from './ask.ts';
import { writeBytes } from './buffers.ts';
import { gatherKernels } from './gather.ts';
import { GatherJobs } from './gather-jobs.ts';
import { mostSteps } from './pace.ts';
import type { Pipelines } from './pipelines.ts';
import type { Slots } from './slots.ts';
import type { Submissions } from './submissions.ts';
import { bufferUsage } from './usage.ts';

/** What all fields of a split may take: more would be missed by whatever else uses the graphics card. */
const mostBytes = 2 ** 30;

export class SampleStore {
  private readonly device: GPUDevice;
  private readonly module: ModuleSpec;
  private readonly pipelines: Pipelines;
  private readonly slots: Slots;
  private readonly kept = new Map<GatherJobs, readonly GPUBuffer[]>();
  /** The module's, for batches of up to `capacity`. */
  private buffers: readonly GPUBuffer[] = [];
  private capacity = 0;

  constructor(device: GPUDevice, module: ModuleSpec, pipelines: Pipelines, slots: Slots) {
    this.device = device;
    this.module = module;
    this.pipelines = pipelines;
    this.slots = slots;
  }

  /** As `Session.keep`. */
  async keep(columns: readonly SampleColumn[], submissions: Submissions): Promise<KeptSamples | undefined> {
    const samples = sampleCount(this.module, columns);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const sizes = columns.map(({ data }) => data.byteLength);
    if (sizes.some((size) => size > limit) || sizes.reduce((sum, size) => sum + size, 0) > mostBytes) return undefined;
    const fields = columns.map(({ buffer }) => {
      const { element, size } = bufferAt(this.module, buffer);
      return { element, size: size.perSample };
    });
    const kernels = gatherKernels(fields, mostSteps);
    const pipelines = await this.pipelines.compile(kernels);
    const sources = await this.upload(columns);
    if (sources === undefined) return undefined;
    const { device, slots } = this;
    const targets = columns.map(({ buffer }, i) => ({ buffer, size: fields[i].size, source: sources[i] }));
    const jobs = new GatherJobs(device, slots, submissions, { samples, targets, kernels, pipelines });
    jobs.rebind(this.capacity, this.buffers);
    this.kept.set(jobs, sources);
    return {
      take: (rows) => jobs.add(rows),
      dispose: () => {
        if (!this.kept.delete(jobs)) return;
        submissions.flush();
        jobs.dispose();
        for (const source of sources) source.destroy();
      },
    };
  }

  /** The module's buffers are these from now on, for batches of up to `capacity`. */
  rebind(capacity: number, buffers: readonly GPUBuffer[]): void {
    this.capacity = capacity;
    this.buffers = buffers;
    for (const jobs of this.kept.keys()) jobs.rebind(capacity, buffers);
  }

  /** The commands that copy the batches asked for since the last call. */
  gather(): GPUCommandBuffer[] {
    return [...this.kept.keys()].flatMap((jobs) => jobs.record());
  }

  destroy(): void {
    for (const [jobs, sources] of this.kept) {
      jobs.dispose();
      for (const source of sources) source.destroy();
    }
    this.kept.clear();
  }

  /** Undefined where the device has no memory for them. */
  private async upload(columns: readonly SampleColumn[]): Promise<GPUBuffer[] | undefined> {
    const { device } = this;
    device.pushErrorScope('out-of-memory');
    const sources = columns.map(({ data }) => {
      const size = Math.max(4, Math.ceil(data.byteLength / 4) * 4);
      const usage = bufferUsage.storage | bufferUsage.copyTarget;
      return { data, buffer: device.createBuffer({ label: 'samples', size, usage }) };
    });
    const refused = (await ask(() => device.popErrorScope())) !== null;
    for (const { data, buffer } of sources) {
      if (refused) buffer.destroy();
      else writeBytes(device.queue, buffer, 0, data);
    }
    return refused ? undefined : sources.map(({ buffer }) => buffer);
  }
}

/** How many samples there are. Throws where the columns are not whole samples, or not of the same number. */
function sampleCount(module: ModuleSpec, columns: readonly SampleColumn[]): number {
  const counts = columns.map(({ buffer, data }) => {
    const { name, size } = bufferAt(module, buffer);
    const count = data.length / size.perSample;
    if (size.fixed === 0 && Number.isInteger(count)) return count;
    throw new RangeError(`${data.length} bytes are no whole samples for buffer "${name}"`);
  });
  const [samples = 0] = counts;
  if (counts.some((count) => count !== samples)) throw new RangeError(`columns of ${counts.join(', ')} samples`);
  return samples;
}
