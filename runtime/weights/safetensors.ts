/**
 * Safetensors files (https://github.com/huggingface/safetensors, "Format"): eight bytes with the header's length, the
 * header as JSON, the tensors' bytes. Reading trusts nothing: what the header claims is checked against the file before
 * anything is allocated. Only bytes; which tensors a model wants is `load.ts`'s.
 */
import type { HostArray } from '../device.ts';
import { UserError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { decode, dtypeOf } from './dtype.ts';
import { readHeader } from './header.ts';

export type AnyTensor = Tensor<readonly number[], HostArray>;

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, AnyTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** `source` names the file in errors. Throws `UserError` for anything that is not a sound safetensors file. */
export function readSafetensors(bytes: Uint8Array, source: string): TensorFile {
  const { entries, metadata, dataStart } = readHeader(bytes, source);
  const tensors = new Map<string, AnyTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    tensors.set(name, { shape, data: decode(dtype, bytes.subarray(dataStart + begin, dataStart + end)) });
  }
  return { tensors, metadata };
}

/**
 * The file's parts, in order. Tensors of four-byte elements come before those of bytes, so that each is aligned as
 * the format asks.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, AnyTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  const parts: Uint8Array[] = [];
  for (const [name, { shape, data }] of ordered) {
    if (name === '__metadata__') throw new UserError('a tensor cannot be called __metadata__ in a safetensors file');
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, so that the data begins at a multiple of eight.
  const start = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(text, 8);
  return [start, ...parts];
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
