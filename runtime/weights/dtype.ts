/** The element types of safetensors files that are understood, and how they become numbers of ours. */
import type { HostArray } from '../device.ts';

/** F16 and BF16 are read (as f32), never written. */
export const dtypeSizes = { F32: 4, I32: 4, U8: 1, F16: 2, BF16: 2 } as const;
export type Dtype = keyof typeof dtypeSizes;

export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(dtypeSizes, name);
}

/** A copy of `bytes` as numbers: they may lie at any address in the file. Little-endian, as every engine of today is. */
export function decode(dtype: Dtype, bytes: Uint8Array): HostArray {
  // Not `slice`: that of Node's `Buffer` shares the memory.
  const copy = new Uint8Array(bytes);
  switch (dtype) {
    case 'F32':
      return new Float32Array(copy.buffer);
    case 'I32':
      return new Int32Array(copy.buffer);
    case 'U8':
      return copy;
    case 'F16':
      return Float32Array.from(new Uint16Array(copy.buffer), fromHalf);
    case 'BF16': {
      // The upper half of an f32.
      const words = Uint32Array.from(new Uint16Array(copy.buffer), (bits) => bits * 65536);
      return new Float32Array(words.buffer);
    }
  }
}

/** IEEE 754 binary16: one sign bit, five of exponent, ten of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function dtypeOf(data: HostArray): Dtype {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'U8';
}
