/**
 * A module's buffers on a WebGPU device, and host data into them. Created at load and, for what depends on the batch, again
 * when room is made for a larger one; never during a run.
 */
import type { HostArray } from '../device.ts';
import type { ModuleSpec } from '../program.ts';
import type { Slots } from './slots.ts';
import { bufferUsage } from './usage.ts';

/** Those of `previous` whose size does not depend on the batch are kept, with what they hold; the others are destroyed. */
export function createBuffers(
  device: GPUDevice,
  module: ModuleSpec,
  slots: Slots,
  previous?: readonly GPUBuffer[],
): readonly GPUBuffer[] {
  const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget;
  return module.buffers.map((spec, index) => {
    const old = previous?.[index];
    if (old !== undefined && spec.size.perSample === 0) return old;
    old?.destroy();
    return device.createBuffer({ label: spec.name, size: slots.size(index), usage });
  });
}

/** Copies `data` to byte `start` of `target`; what is left of its last word becomes zero. */
export function writeBytes(queue: GPUQueue, target: GPUBuffer, start: number, data: HostArray): void {
  const rest = data.byteLength % 4;
  const whole = data.byteLength - rest;
  if (whole > 0) queue.writeBuffer(target, start, data.buffer, data.byteOffset, whole);
  if (rest === 0) return;
  const last = new Uint8Array(4);
  last.set(new Uint8Array(data.buffer, data.byteOffset + whole, rest));
  queue.writeBuffer(target, start + whole, last);
}
