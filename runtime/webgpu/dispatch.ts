/**
 * A kernel with everything that a compute pass is told about it, worked out beforehand: recording a dispatch is three
 * calls and creates nothing.
 */
import { foldGroups } from './limits.ts';

export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  /** The kernel's buffers, then the uniform block at an offset given each time. */
  readonly group: GPUBindGroup;
  /** How many workgroups it takes for a batch. */
  readonly workgroups: (n: number) => number;
}

/** The bind group of a kernel: its buffers in order, then one uniform block of the ring `blocks`. */
export function bind(
  device: GPUDevice,
  label: string,
  pipeline: GPUComputePipeline,
  bound: readonly (GPUBuffer | undefined)[],
  blocks: GPUBuffer,
  blockBytes: number,
): GPUBindGroup {
  const entries = bound.map((buffer, binding): GPUBindGroupEntry => {
    if (buffer === undefined) throw new RangeError(`kernel "${label}" binds a buffer that does not exist`);
    return { binding, resource: { buffer } };
  });
  entries.push({ binding: bound.length, resource: { buffer: blocks, size: blockBytes } });
  return device.createBindGroup({ label, layout: pipeline.getBindGroupLayout(0), entries });
}

/** Records dispatches for batches of one size after another: how many workgroups each has is kept while the size stays. */
export class DispatchList {
  private readonly dispatches: readonly Dispatch[];
  private readonly limit: number;
  private readonly groups: Uint32Array;
  private readonly offset = new Uint32Array(1);
  private groupsFor = -1;

  /** `limit`: workgroups of a dimension. */
  constructor(dispatches: readonly Dispatch[], limit: number) {
    this.dispatches = dispatches;
    this.limit = limit;
    this.groups = new Uint32Array(2 * dispatches.length);
  }

  /** `offset`: of the uniform block, in bytes. */
  record(pass: GPUComputePassEncoder, n: number, offset: number): void {
    if (this.groupsFor !== n) this.count(n);
    this.offset[0] = offset;
    for (let i = 0; i < this.dispatches.length; i++) {
      const dispatch = this.dispatches[i];
      const x = this.groups[2 * i] ?? 0;
      if (dispatch === undefined || x === 0) continue;
      pass.setPipeline(dispatch.pipeline);
      pass.setBindGroup(0, dispatch.group, this.offset, 0, 1);
      pass.dispatchWorkgroups(x, this.groups[2 * i + 1]);
    }
  }

  private count(n: number): void {
    for (const [i, { workgroups }] of this.dispatches.entries())
      this.groups.set(foldGroups(workgroups(n), this.limit), 2 * i);
    this.groupsFor = n;
  }
}
