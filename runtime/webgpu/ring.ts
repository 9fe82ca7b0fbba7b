/**
 * Numbers that the steps of one submission get from the host (uniforms, row numbers): a place for each step in one buffer,
 * written here first and copied to the device all at once. Bind groups stay as they are; a step's place is an offset.
 */
import { bufferUsage } from './usage.ts';

export class Ring {
  readonly buffer: GPUBuffer;
  /** What the host writes to, as integers and as floats. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly floats: Float32Array;
  private readonly queue: GPUQueue;
  /** Words from one place to the next. */
  private readonly stride: number;
  private used = 0;

  /** `places` of `bytes` each, at least `alignment` apart. */
  constructor(
    device: GPUDevice,
    label: string,
    usage: number,
    places: number,
    bytes: number,
    alignment = device.limits.minUniformBufferOffsetAlignment,
  ) {
    this.queue = device.queue;
    this.stride = (Math.ceil(bytes / alignment) * alignment) / 4;
    this.words = new Uint32Array(places * this.stride);
    this.floats = new Float32Array(this.words.buffer);
    this.buffer = device.createBuffer({ label, size: this.words.byteLength, usage: usage | bufferUsage.copyTarget });
  }

  get full(): boolean {
    return this.used * this.stride >= this.words.length;
  }

  /** The index of the first word of a place that no step of this submission has yet. There must be one. */
  next(): number {
    return this.used++ * this.stride;
  }

  /** Copies what was written to the device, ahead of the next submission, and empties the ring. */
  upload(): void {
    if (this.used > 0) this.queue.writeBuffer(this.buffer, 0, this.words, 0, this.used * this.stride);
    this.used = 0;
  }

  destroy(): void {
    this.buffer.destroy();
  }
}
