/**
 * Copies device memory to the host. The staging buffers of the usual small reads are used again and again, as many as ever
 * overlapped in time; a larger read gets one of its own.
 */
import { bufferUsage } from './usage.ts';

const mapForReading = 1; // GPUMapMode.READ

/** Bytes of a staging buffer that is kept. */
const usual = 65536;

export interface Readback {
  /** `bytes` from `offset` on, both multiples of 4, after all work submitted so far. */
  read(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer>;
  destroy(): void;
}

export function createReadback(device: GPUDevice): Readback {
  const free: GPUBuffer[] = [];
  const create = (size: number) =>
    device.createBuffer({ label: 'readback', size, usage: bufferUsage.mapRead | bufferUsage.copyTarget });
  let open = true;

  async function read(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    if (bytes === 0) return new ArrayBuffer(0);
    const staging = bytes > usual ? create(bytes) : (free.pop() ?? create(usual));
    try {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(source, offset, staging, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(mapForReading, 0, bytes);
      const copy = staging.getMappedRange(0, bytes).slice(0);
      staging.unmap();
      if (open && staging.size === usual) free.push(staging);
      else staging.destroy();
      return copy;
    } catch (error) {
      staging.destroy();
      throw error;
    }
  }

  return {
    read,
    destroy() {
      open = false;
      for (const staging of free.splice(0)) staging.destroy();
    },
  };
}
