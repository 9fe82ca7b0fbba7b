/**
 * Copies device memory to the host. The staging buffers of the usual small reads are used again and again, as many as ever
 * overlapped in time; a larger read gets one of its own.
 */
import { ask } from './ask.ts';
import { bufferUsage } from './usage.ts';

const mapForReading = 1; // GPUMapMode.READ

/** Bytes of a staging buffer that is kept: the history of a thousand steps. */
const usual = 2 ** 19;

/** `bytes` of a buffer from `offset` on, both multiples of 4. */
export interface Part {
  readonly source: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

export interface Readback {
  /** The parts one after the other, after all work submitted so far. */
  read(parts: readonly Part[]): Promise<ArrayBuffer>;
  destroy(): void;
}

export function createReadback(device: GPUDevice): Readback {
  const free: GPUBuffer[] = [];
  const create = (size: number) =>
    device.createBuffer({ label: 'readback', size, usage: bufferUsage.mapRead | bufferUsage.copyTarget });
  let open = true;

  async function read(parts: readonly Part[]): Promise<ArrayBuffer> {
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    if (bytes === 0) return new ArrayBuffer(0);
    const staging = bytes > usual ? create(bytes) : (free.pop() ?? create(usual));
    try {
      const encoder = device.createCommandEncoder();
      let at = 0;
      for (const part of parts) {
        encoder.copyBufferToBuffer(part.source, part.offset, staging, at, part.bytes);
        at += part.bytes;
      }
      device.queue.submit([encoder.finish()]);
      await ask(() => staging.mapAsync(mapForReading, 0, bytes));
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
