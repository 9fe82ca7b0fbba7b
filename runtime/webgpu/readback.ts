/**
 * Copies from device buffers to the host. One staging buffer is kept for the usual small reads; reads that overlap in time
 * or are larger get one of their own.
 */
import { bufferUsage } from './usage.ts';

const mapForReading = 1; // GPUMapMode.READ

export interface Readback {
  /** `bytes` from `offset` on, both multiples of 4, after all work submitted so far. */
  read(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer>;
  destroy(): void;
}

export function createReadback(device: GPUDevice): Readback {
  const create = (size: number) =>
    device.createBuffer({ label: 'readback', size, usage: bufferUsage.mapRead | bufferUsage.copyTarget });
  const kept = create(65536);
  let busy = false;

  async function read(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    if (bytes === 0) return new ArrayBuffer(0);
    const own = busy || bytes > kept.size;
    const staging = own ? create(bytes) : kept;
    if (!own) busy = true;
    try {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(source, offset, staging, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(mapForReading, 0, bytes);
      const copy = staging.getMappedRange(0, bytes).slice(0);
      staging.unmap();
      return copy;
    } finally {
      if (own) staging.destroy();
      else busy = false;
    }
  }

  return { read, destroy: () => kept.destroy() };
}
