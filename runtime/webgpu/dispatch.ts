/**
 * A kernel with everything that a compute pass is told about it, worked out beforehand: recording a dispatch is three
 * calls and creates nothing.
 */
import { foldGroups } from './limits.ts';
import type { Slots } from './slots.ts';

export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  /** Those of the module's buffers with slots that it binds, in the order of the bindings. */
  readonly slotted: readonly number[];
  /** How many workgroups it takes for a batch. */
  readonly workgroups: (n: number) => number;
}

/** A bind group with these places in order. */
export function bind(
  device: GPUDevice,
  label: string,
  pipeline: GPUComputePipeline,
  bound: readonly GPUBufferBinding[],
): GPUBindGroup {
  const entries = bound.map((resource, binding) => ({ binding, resource }));
  return device.createBindGroup({ label, layout: pipeline.getBindGroupLayout(0), entries });
}

/** Records dispatches for batches of one size after another: how many workgroups each has is kept while the size stays. */
export class DispatchList {
  private readonly dispatches: readonly Dispatch[];
  private readonly slots: Slots;
  private readonly limit: number;
  private readonly groups: Uint32Array;
  private readonly offsets: Uint32Array;
  private groupsFor = -1;

  /** `limit`: workgroups of a dimension. */
  constructor(dispatches: readonly Dispatch[], slots: Slots, limit: number) {
    this.dispatches = dispatches;
    this.slots = slots;
    this.limit = limit;
    this.groups = new Uint32Array(2 * dispatches.length);
    this.offsets = new Uint32Array(1 + Math.max(0, ...dispatches.map(({ slotted }) => slotted.length)));
  }

  /** `block`: where the uniform block begins, in bytes. The slots are the current ones. */
  record(pass: GPUComputePassEncoder, n: number, block: number): void {
    if (this.groupsFor !== n) this.count(n);
    const { offsets } = this;
    for (let i = 0; i < this.dispatches.length; i++) {
      const { pipeline, group, slotted } = this.dispatches[i];
      const x = this.groups[2 * i];
      if (x === 0) continue;
      for (let k = 0; k < slotted.length; k++) offsets[k] = this.slots.offset(slotted[k]);
      offsets[slotted.length] = block;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group, offsets, 0, slotted.length + 1);
      pass.dispatchWorkgroups(x, this.groups[2 * i + 1]);
    }
  }

  private count(n: number): void {
    for (const [i, { workgroups }] of this.dispatches.entries())
      this.groups.set(foldGroups(workgroups(n), this.limit), 2 * i);
    this.groupsFor = n;
  }
}
