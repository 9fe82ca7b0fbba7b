/** The element types of tensors in files, under the names that safetensors gives them, and how they become numbers of ours. */

/** Bytes of an element. */
export const dtypeSizes = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
export type Dtype = keyof typeof dtypeSizes;

export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(dtypeSizes, name);
}

/** As a `.net` file spells it: `f32`. */
export function showDtype(dtype: Dtype): string {
  return dtype.toLowerCase();
}

/** The types that a model's parameters can be made of. */
export const floatTypes = ['F32', 'F16', 'BF16', 'F64'] as const satisfies readonly Dtype[];
export type FloatType = (typeof floatTypes)[number];

export function isFloat(dtype: Dtype): dtype is FloatType {
  return floatTypes.some((float) => float === dtype);
}

/** A copy of `bytes` as f32: they may lie at any address. Little-endian, as every engine of today is. */
export function toFloats(dtype: FloatType, bytes: Uint8Array): Float32Array {
  // Not `slice`: that of Node's `Buffer` shares the memory.
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'F16':
      return fromBits(buffer, widen);
    case 'BF16':
      // The upper half of an f32.
      return fromBits(buffer, (bits) => bits << 16);
  }
}

/** By the bits, which keeps those of not-a-numbers too. */
function fromBits(halves: ArrayBuffer, widened: (bits: number) => number): Float32Array {
  return new Float32Array(Uint32Array.from(new Uint16Array(halves), widened).buffer);
}

/** IEEE 754 binary16, one sign bit, five of exponent, ten of fraction, as binary32: eight of exponent, 23 of fraction. */
function widen(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Too small for binary16's exponents, not for binary32's: the highest one becomes the one before the point.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
