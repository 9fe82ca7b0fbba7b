/**
 * The directory of a zip archive (APPNOTE 6.3, with zip64), and its stored records. PyTorch never packs what it writes, and
 * packed records are refused: so nothing here can grow.
 */
import type { ByteSource } from '../byte-source.ts';
import { damaged } from './errors.ts';

export interface ZipRecord {
  readonly name: string;
  /** 0: stored as it is. */
  readonly method: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly header: number;
}

const signatures = { local: 0x04034b50, entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator: 0x07064b50 };

/** Longer directories than that of any checkpoint. */
const longest = 2 ** 26;

export function isZip(start: Uint8Array): boolean {
  return start.length >= 4 && view(start).getUint32(0, true) === signatures.local;
}

/** Every record by its name. Throws `UserError` where the directory is not sound. */
export async function readDirectory(source: ByteSource): Promise<ReadonlyMap<string, ZipRecord>> {
  const { begin, length, count } = await findDirectory(source);
  const fail = (problem: string) => damaged(source.name, problem);
  if (begin + length > source.size || length > longest) throw fail('its directory does not lie within it');
  const data = view(await source.read(begin, length));
  const records = new Map<string, ZipRecord>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > length || data.getUint32(at, true) !== signatures.entry)
      throw fail(`entry ${i} of its directory is none`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => data.getUint16(at + offset, true));
    const end = at + 46 + nameLength + extraLength + commentLength;
    if (end > length) throw fail(`entry ${i} of its directory is cut off`);
    const name = new TextDecoder().decode(new Uint8Array(data.buffer, data.byteOffset + at + 46, nameLength));
    const extra = new DataView(data.buffer, data.byteOffset + at + 46 + nameLength, extraLength);
    const large = extended(extra, [
      data.getUint32(at + 24, true),
      data.getUint32(at + 20, true),
      data.getUint32(at + 42, true),
    ]);
    if (!large) throw fail(`the sizes of ${name} are missing`);
    const [size, packed, header] = large;
    const method = data.getUint16(at + 10, true);
    if (records.has(name)) throw fail(`it has ${name} twice`);
    if (data.getUint16(at + 8, true) & 1) throw fail(`${name} is encrypted`);
    if ((method === 0 && size !== packed) || header + 30 + size > source.size)
      throw fail(`${name} does not lie within it`);
    records.set(name, { name, method, size, header });
    at = end;
  }
  return records;
}

/** Where a stored record's bytes begin: its local header has a length of its own. */
export async function recordStart({ name, method, size, header }: ZipRecord, source: ByteSource): Promise<number> {
  if (method !== 0) {
    throw damaged(
      source.name,
      `${name} is packed, which PyTorch never does: somebody zipped it again; unzip it, and zip it with \`zip -0\``,
    );
  }
  const data = view(await source.read(header, 30));
  if (data.getUint32(0, true) !== signatures.local)
    throw damaged(source.name, `${name} is not where its directory says`);
  const begin = header + 30 + data.getUint16(26, true) + data.getUint16(28, true);
  if (begin + size > source.size) throw damaged(source.name, `${name} ends beyond the file`);
  return begin;
}

interface Directory {
  readonly begin: number;
  readonly length: number;
  readonly count: number;
}

/** The record at the file's end says where the directory is; before it, in large files and in PyTorch's, that of zip64. */
async function findDirectory(source: ByteSource): Promise<Directory> {
  const tailLength = Math.min(source.size, 65_535 + 22 + 20);
  const tailBegin = source.size - tailLength;
  const tail = view(await source.read(tailBegin, tailLength));
  for (let at = tailLength - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== signatures.end) continue;
    const locator = at - 20;
    if (locator >= 0 && tail.getUint32(locator, true) === signatures.locator) {
      return directory64(source, Number(tail.getBigUint64(locator + 8, true)));
    }
    const [count, length, begin] = [
      tail.getUint16(at + 10, true),
      tail.getUint32(at + 12, true),
      tail.getUint32(at + 16, true),
    ];
    return { begin, length, count };
  }
  throw damaged(source.name, 'it begins as a zip archive, but has no directory at its end');
}

async function directory64(source: ByteSource, at: number): Promise<Directory> {
  if (at + 56 > source.size) throw damaged(source.name, 'the record of its directory does not lie within it');
  const data = view(await source.read(at, 56));
  if (data.getUint32(0, true) !== signatures.end64)
    throw damaged(source.name, 'the record of its directory is missing');
  const [count, length, begin] = [32, 40, 48].map((offset) => Number(data.getBigUint64(offset, true)));
  return { begin, length, count };
}

/** Values that are too large for 32 bits stand in the extra field 1, in this order; undefined where they are missing. */
function extended(extra: DataView, short: readonly number[]): readonly number[] | undefined {
  const wide = short.filter((value) => value === 0xffffffff).length;
  if (wide === 0) return short;
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) !== 1) continue;
    if (length < 8 * wide || at + 4 + length > extra.byteLength) return undefined;
    let next = at + 4;
    return short.map((value) => {
      if (value !== 0xffffffff) return value;
      next += 8;
      return Number(extra.getBigUint64(next - 8, true));
    });
  }
  return undefined;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
