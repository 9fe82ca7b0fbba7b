/**
 * What both devices must agree on about buffers: how many bytes one takes, which host array fits it, which batch still
 * fits a limit, and what a wrong call is told. No device is touched here.
 */
import type { HostArray } from '../device.ts';
import type { BufferSpec, ModuleSpec, ProgramName, ProgramSpec, StorageElement } from '../program.ts';
import { sizeOf } from '../program.ts';

export function bytesPerElement(element: StorageElement): number {
  return element === 'u8' ? 1 : 4;
}

/** Bytes that a buffer takes for batches of `n`: whole words, at least one. */
export function byteSize(spec: BufferSpec, n: number): number {
  return Math.max(4, Math.ceil((sizeOf(spec.size, n) * bytesPerElement(spec.element)) / 4) * 4);
}

/** A view of `length` elements, at byte `offset` of `memory`. */
export function view(element: StorageElement, memory: ArrayBufferLike, offset: number, length: number) {
  if (element === 'f32') return new Float32Array(memory, offset, length);
  if (element === 'i32') return new Int32Array(memory, offset, length);
  return new Uint8Array(memory, offset, length);
}

export function bufferAt(module: ModuleSpec, index: number): BufferSpec {
  const spec = module.buffers[index];
  if (spec === undefined) throw new RangeError(`no buffer ${index}: the module has ${module.buffers.length}`);
  return spec;
}

export function programOf(module: ModuleSpec, name: ProgramName): ProgramSpec {
  return module.programs[name];
}

/** The largest batch of which `fits` is true; 0 if there is none. `fits` must not become true again for larger ones. */
export function largestBatch(fits: (n: number) => boolean): number {
  let low = 0;
  let high = 1;
  while (high < 2 ** 31 && fits(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Throws unless `offset .. offset + length` lies inside the buffer at this capacity. */
export function checkRange(spec: BufferSpec, capacity: number, offset: number, length: number): void {
  const size = sizeOf(spec.size, capacity);
  if (Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0 && offset + length <= size)
    return;
  throw new RangeError(
    `elements ${offset} to ${offset + length} of buffer "${spec.name}", which holds ${size} for batches up to ${capacity}`,
  );
}

const arrayNames: Record<StorageElement, string> = { f32: 'Float32Array', i32: 'Int32Array', u8: 'Uint8Array' };

/**
 * Throws unless `data` may be written at `offset`. A write of bytes starts at a whole word, as WebGPU copies only words;
 * the rest of its last word becomes zero, on both devices alike.
 */
export function checkWrite(spec: BufferSpec, capacity: number, data: HostArray, offset: number): void {
  if (Object.prototype.toString.call(data) !== `[object ${arrayNames[spec.element]}]`)
    throw new TypeError(`buffer "${spec.name}" holds ${spec.element}: expected a ${arrayNames[spec.element]}`);
  checkRange(spec, capacity, offset, data.length);
  if (spec.element === 'u8' && offset % 4 !== 0)
    throw new RangeError(`a write of bytes to buffer "${spec.name}" at ${offset}: the offset must be a multiple of 4`);
}

/** Throws unless a run has as many samples as there is room for, and the uniforms that the module takes. */
export function checkRun(module: ModuleSpec, capacity: number, n: number, uniforms: Float32Array): void {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`a run of ${n} samples: expected a whole number from 1 on`);
  if (n > capacity)
    throw new RangeError(`a run of ${n} samples: there is room for ${capacity}, call reserve(${n}) first`);
  if (uniforms.length !== module.uniforms)
    throw new RangeError(`a run with ${uniforms.length} uniforms: the module takes ${module.uniforms}`);
}

/** Throws unless `batch` is a batch size and everything that outlives a batch has a size of its own. */
export function checkBatch(module: ModuleSpec, batch: number): void {
  if (!Number.isInteger(batch) || batch < 1)
    throw new RangeError(`a batch of ${batch} samples: expected a whole number from 1 on`);
  for (const { name, role, size } of module.buffers)
    if (size.perSample !== 0 && (role === 'parameters' || role === 'gradients' || role === 'state'))
      throw new Error(`buffer "${name}" keeps its values between batches, but its size depends on the batch`);
}
