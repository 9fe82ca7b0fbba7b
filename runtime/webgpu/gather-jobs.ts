/** The batches of one set of samples that the steps of a submission want: noted one by one, gathered all at once. */
import { bind } from './dispatch.ts';
import type { GatherKernel } from './gather.ts';
import { foldGroups } from './limits.ts';
import { mostSteps } from './pace.ts';
import { Ring } from './ring.ts';
import type { Slots } from './slots.ts';
import type { Submissions } from './submissions.ts';
import { bufferUsage } from './usage.ts';

export interface GatherParts {
  readonly samples: number;
  /** For each field where it is kept, the module's buffer that takes a batch of it, and the elements of a sample. */
  readonly targets: readonly { readonly source: GPUBuffer; readonly buffer: number; readonly size: number }[];
  readonly kernels: readonly GatherKernel[];
  /** One for each kernel. */
  readonly pipelines: readonly GPUComputePipeline[];
}

export class GatherJobs {
  private readonly device: GPUDevice;
  private readonly slots: Slots;
  private readonly submissions: Submissions;
  private readonly parts: GatherParts;
  private readonly limit: number;
  private capacity = 0;
  private ring: Ring | undefined;
  private groups: readonly GPUBindGroup[] = [];
  private count = 0;
  /** Of the largest of the batches. */
  private largest = 0;

  constructor(device: GPUDevice, slots: Slots, submissions: Submissions, parts: GatherParts) {
    this.device = device;
    this.slots = slots;
    this.submissions = submissions;
    this.parts = parts;
    this.limit = device.limits.maxComputeWorkgroupsPerDimension;
  }

  /** For the module's buffers as they are from now on, for batches of up to `capacity`. No job may be left. */
  rebind(capacity: number, buffers: readonly GPUBuffer[]): void {
    const { device, submissions } = this;
    const { targets, kernels, pipelines } = this.parts;
    this.dispose();
    this.capacity = capacity;
    const bytes = 4 * (1 + targets.length + capacity);
    const ring = new Ring(device, 'batches', bufferUsage.storage, mostSteps, bytes, 4);
    submissions.add(ring);
    this.ring = ring;
    this.groups = kernels.map(({ label, first, end }, i) => {
      const pairs = targets.slice(first, end).flatMap(({ source, buffer }) => [source, buffers[buffer]]);
      return bind(
        device,
        label,
        pipelines[i],
        [...pairs, ring.buffer].map((buffer) => ({ buffer })),
      );
    });
  }

  /** As `KeptSamples.take`. */
  add(rows: Uint32Array): void {
    const { slots, submissions, ring } = this;
    const { samples, targets } = this.parts;
    if (ring === undefined) throw new Error('the samples were disposed of');
    if (rows.length > this.capacity)
      throw new RangeError(`${rows.length} samples: there is room for ${this.capacity}, call reserve first`);
    for (const row of rows) if (row >= samples) throw new RangeError(`row ${row} of ${samples} samples that are kept`);
    // What a batch before it had beyond these rows need not be kept.
    if (ring.full || targets.some(({ buffer }) => !slots.canRenew(buffer, 0, Number.POSITIVE_INFINITY)))
      submissions.submit();
    const job = ring.next();
    ring.words[job] = rows.length;
    for (let i = 0; i < targets.length; i++) {
      const { buffer, size } = targets[i];
      slots.renew(buffer, 0, rows.length * size);
      slots.touch(buffer);
      ring.words[job + 1 + i] = slots.offset(buffer) / 4;
    }
    ring.words.set(rows, job + 1 + targets.length);
    this.count++;
    this.largest = Math.max(this.largest, rows.length);
  }

  /** The commands for the jobs so far, none if there are none. */
  record(): GPUCommandBuffer[] {
    if (this.count === 0) return [];
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [i, { workgroups }] of this.parts.kernels.entries()) {
      const [x, y] = foldGroups(workgroups(this.largest), this.limit);
      pass.setPipeline(this.parts.pipelines[i]);
      pass.setBindGroup(0, this.groups[i]);
      pass.dispatchWorkgroups(x, y, this.count);
    }
    pass.end();
    this.count = 0;
    this.largest = 0;
    return [encoder.finish()];
  }

  /** Nothing more can be asked for. */
  dispose(): void {
    if (this.ring) this.submissions.remove(this.ring);
    this.ring = undefined;
  }
}
