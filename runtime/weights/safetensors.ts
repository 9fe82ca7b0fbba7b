/**
 * Safetensors files (https://github.com/huggingface/safetensors, "Format"), written: eight bytes with the header's length,
 * the header as JSON, the tensors' bytes. Reading is `safetensors-file.ts`'s.
 */
import type { HostArray } from '../device.ts';
import { UserError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import type { Dtype } from './dtype.ts';

export type AnyTensor = Tensor<readonly number[], HostArray>;

/** A tensor as a file holds it: row-major, little-endian. */
export interface PackedTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The parts of a file with these tensors. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, AnyTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const packed = [...tensors].map(([name, { shape, data }]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [name, { dtype: dtypeOf(data), shape, bytes }] as const;
  });
  return packSafetensors(packed, metadata);
}

/**
 * The file's parts, in order. Tensors of larger elements come before those of smaller ones, so that each is aligned as the
 * format asks.
 */
export function packSafetensors(
  tensors: readonly (readonly [name: string, tensor: PackedTensor])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  // `F32`, `BF16`: the bits are in the name; `BOOL` has none, and takes a byte.
  const bits = ({ dtype }: PackedTensor): number => Number(/\d+/.exec(dtype) ?? 8);
  const ordered = [...tensors].sort(([, a], [, b]) => bits(b) - bits(a));
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  const parts: Uint8Array[] = [];
  for (const [name, { dtype, shape, bytes }] of ordered) {
    if (name === '__metadata__') throw new UserError('a tensor cannot be called __metadata__ in a safetensors file');
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, so that the data begins at a multiple of eight.
  const start = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(text, 8);
  return [start, ...parts];
}

export function dtypeOf(data: HostArray): Dtype {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

/** Parts as one piece. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
