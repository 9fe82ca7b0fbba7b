/**
 * A module's buffers and bind groups on a WebGPU device. Created at load and, for what depends on the batch, again when
 * room is made for a larger one; never during a run.
 */
import type { ModuleSpec } from '../program.ts';
import { byteSize } from '../session/buffers.ts';
import { bufferUsage } from './usage.ts';

export interface DeviceBuffers {
  readonly buffers: readonly GPUBuffer[];
  /** One per kernel: its buffers in order, then the uniforms. */
  readonly groups: readonly GPUBindGroup[];
}

/** Those of `previous` whose size does not depend on the batch are kept, with what they hold; the others are destroyed. */
export function createBuffers(
  device: GPUDevice,
  module: ModuleSpec,
  batch: number,
  pipelines: readonly GPUComputePipeline[],
  uniforms: GPUBuffer,
  previous?: DeviceBuffers,
): DeviceBuffers {
  const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget;
  const buffers = module.buffers.map((spec, index) => {
    const old = previous?.buffers[index];
    if (old !== undefined && spec.size.perSample === 0) return old;
    old?.destroy();
    return device.createBuffer({ label: spec.name, size: byteSize(spec, batch), usage });
  });
  const groups = module.kernels.map(({ label, buffers: bound }, index) => {
    const pipeline = pipelines[index];
    if (pipeline === undefined) throw new RangeError(`kernel "${label}" has no pipeline`);
    const resources = [...bound.map(({ buffer }) => buffers[buffer]), uniforms];
    const entries = resources.map((buffer, binding) => {
      if (buffer === undefined) throw new RangeError(`kernel "${label}" binds a buffer that does not exist`);
      return { binding, resource: { buffer } };
    });
    return device.createBindGroup({ label, layout: pipeline.getBindGroupLayout(0), entries });
  });
  return { buffers, groups };
}
