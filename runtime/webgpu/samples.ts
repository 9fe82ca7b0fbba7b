/**
 * Samples that stay on the device: all of a split as bytes, copied there once. A step names the rows that it wants, and a
 * kernel of `gather.ts` copies them into the buffers that the module's kernels read.
 */
import type { KeptSamples, SampleColumn } from '../device.ts';
import type { ModuleSpec } from '../program.ts';
import { bufferAt } from '../session/buffers.ts';
import { writeBytes } from './buffers.ts';
import { bind, DispatchList } from './dispatch.ts';
import { type GatherKernel, gatherKernels } from './gather.ts';
import { mostSteps } from './pace.ts';
import type { Pipelines } from './pipelines.ts';
import { Ring } from './ring.ts';
import type { Submissions } from './submissions.ts';
import { bufferUsage } from './usage.ts';

/** What all fields of a split may take: more would be missed by whatever else uses the graphics card. */
const mostBytes = 2 ** 30;

/** A set of samples, as the store knows it. */
interface Kept {
  readonly columns: readonly SampleColumn[];
  readonly sources: readonly GPUBuffer[];
  readonly kernels: readonly GatherKernel[];
  readonly pipelines: readonly GPUComputePipeline[];
  /** For the buffers as they are now. */
  list: DispatchList;
}

/** All that a session keeps. */
export class SampleStore {
  private readonly device: GPUDevice;
  private readonly module: ModuleSpec;
  private readonly pipelines: Pipelines;
  private readonly submissions: Submissions;
  private readonly kept = new Set<Kept>();
  /** The module's, for batches of up to `capacity`. */
  private buffers: readonly GPUBuffer[] = [];
  private capacity = 0;
  /** The rows that each step wants. */
  private rows: Ring | undefined;

  constructor(device: GPUDevice, module: ModuleSpec, pipelines: Pipelines, submissions: Submissions) {
    this.device = device;
    this.module = module;
    this.pipelines = pipelines;
    this.submissions = submissions;
  }

  /** As `Session.keep`. */
  async keep(columns: readonly SampleColumn[]): Promise<KeptSamples | undefined> {
    const samples = sampleCount(this.module, columns);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const sizes = columns.map(({ data }) => data.byteLength);
    if (sizes.some((size) => size > limit) || sizes.reduce((sum, size) => sum + size, 0) > mostBytes) return undefined;
    const kernels = gatherKernels(
      columns.map(({ buffer }) => {
        const { element, size } = bufferAt(this.module, buffer);
        return { element, size: size.perSample };
      }),
    );
    const pipelines = await this.pipelines.compile(kernels);
    const sources = await this.upload(columns);
    if (sources === undefined) return undefined;
    const rows = this.rows ?? this.createRows();
    const kept: Kept = { columns, sources, kernels, pipelines, list: new DispatchList([], 0) };
    this.bind(kept, rows);
    this.kept.add(kept);
    return {
      take: (rows) => this.take(kept, rows, samples),
      dispose: () => {
        if (!this.kept.delete(kept)) return;
        this.submissions.flush();
        for (const source of sources) source.destroy();
      },
    };
  }

  /** The module's buffers are these from now on, for batches of up to `capacity`. */
  rebind(capacity: number, buffers: readonly GPUBuffer[]): void {
    this.capacity = capacity;
    this.buffers = buffers;
    if (this.rows === undefined) return;
    this.submissions.remove(this.rows);
    const rows = this.createRows();
    for (const kept of this.kept) this.bind(kept, rows);
  }

  destroy(): void {
    for (const { sources } of this.kept) for (const source of sources) source.destroy();
    this.kept.clear();
  }

  private take(kept: Kept, wanted: Uint32Array, samples: number): void {
    const { rows, submissions } = this;
    if (rows === undefined || !this.kept.has(kept)) throw new Error('the samples were disposed of');
    if (wanted.length > this.capacity)
      throw new RangeError(`${wanted.length} samples: there is room for ${this.capacity}, call reserve first`);
    for (const row of wanted)
      if (row >= samples) throw new RangeError(`row ${row} of ${samples} samples that the device keeps`);
    const { blocks } = submissions;
    submissions.makeRoom(blocks, rows);
    const first = rows.next();
    rows.words.set(wanted, first);
    const block = blocks.next();
    blocks.words[block] = wanted.length;
    blocks.words[block + 1] = first;
    kept.list.record(submissions.pass(), wanted.length, 4 * block);
  }

  private bind(kept: Kept, rows: Ring): void {
    const { device } = this;
    const { blocks, blockBytes } = this.submissions;
    const dispatches = kept.kernels.map(({ label, first, fields, workgroups }, i) => {
      const pipeline = kept.pipelines[i];
      if (pipeline === undefined) throw new RangeError(`kernel "${label}" has no pipeline`);
      const pairs = kept.columns
        .slice(first, first + fields)
        .flatMap(({ buffer }, field) => [kept.sources[first + field], this.buffers[buffer]]);
      const group = bind(device, label, pipeline, [...pairs, rows.buffer], blocks.buffer, blockBytes);
      return { pipeline, group, workgroups };
    });
    kept.list = new DispatchList(dispatches, device.limits.maxComputeWorkgroupsPerDimension);
  }

  private createRows(): Ring {
    const rows = new Ring(this.device, 'rows', bufferUsage.storage, mostSteps, 4 * this.capacity, 4);
    this.submissions.add(rows);
    this.rows = rows;
    return rows;
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
    const refused = (await device.popErrorScope()) !== null;
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
