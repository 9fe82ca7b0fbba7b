/** Safetensors files, read: the header says where each tensor's bytes lie. Writing is `safetensors.ts`'s. */
import type { ByteSource } from './byte-source.ts';
import { type HeaderEntry, headerLength, readHeader } from './header.ts';
import type { WeightsFile } from './weights-file.ts';

/** A length below 4 GiB, and a brace. */
export function isSafetensors(start: Uint8Array): boolean {
  return start[8] === 0x7b && start.subarray(4, 8).every((byte) => byte === 0);
}

/** Throws `UserError` for anything that is not a sound safetensors file. */
export async function openSafetensors(source: ByteSource): Promise<WeightsFile> {
  const length = headerLength(await source.read(0, Math.min(8, source.size)), source);
  const { entries, metadata } = readHeader(await source.read(8, length), source);
  const places = new Map<string, HeaderEntry>(entries.map((entry) => [entry.name, entry]));
  return {
    format: 'safetensors',
    tensors: entries,
    metadata,
    bytes: async ({ name }) => {
      const { begin = 0, end = 0 } = places.get(name) ?? {};
      return source.read(8 + length + begin, end - begin);
    },
  };
}
