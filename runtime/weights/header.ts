/**
 * The header of a safetensors file, checked: every claim of it against the file's length and the others. Reads no
 * tensor's data.
 */
import { UserError } from '../errors.ts';
import { elementCount, showShape } from '../tensor.ts';
import type { ByteSource } from './byte-source.ts';
import { type Dtype, dtypeSizes, isDtype } from './dtype.ts';
import { duplicateKey } from './json-keys.ts';

/** The reference implementation refuses longer ones as well. */
const maximumHeader = 100_000_000;

export interface HeaderEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Bytes from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

const failure =
  (source: ByteSource) =>
  (problem: string): never => {
    throw new UserError(
      `${source.name} is not a sound safetensors file: ${problem}. ` +
        'It may be cut off or damaged: copy or download it again, or write it anew',
    );
  };

/** The length of the header that follows the file's first eight bytes, which are `start`. */
export function headerLength(start: Uint8Array, source: ByteSource): number {
  const fail = failure(source);
  if (start.length < 8) return fail(`it has ${start.length} bytes, where the header's length alone takes 8`);
  const claimed = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (claimed > maximumHeader)
    return fail(`its header claims ${claimed} bytes, more than the ${maximumHeader} allowed`);
  const length = Number(claimed);
  if (8 + length > source.size) {
    return fail(`its header claims ${length} bytes, but only ${source.size - 8} follow in the file`);
  }
  return length;
}

/** `bytes` is the header's JSON. */
export function readHeader(bytes: Uint8Array, source: ByteSource): Header {
  const fail = failure(source);
  const json = parseJson(bytes);
  if (!isRecord(json.value)) return fail('its header is not a JSON object');
  if (json.duplicate !== undefined) return fail(`its header names "${json.duplicate}" twice`);
  let metadata: Record<string, string> = {};
  const entries: HeaderEntry[] = [];
  for (const [name, value] of Object.entries(json.value)) {
    if (name === '__metadata__') {
      if (!isRecord(value) || !isTextRecord(value)) return fail('its __metadata__ is not an object of strings');
      metadata = value;
    } else {
      refuseUnread(name, value, source);
      const entry = readEntry(name, value);
      if (typeof entry === 'string') return fail(entry);
      entries.push(entry);
    }
  }

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  let previous = '';
  for (const { name, begin, end } of entries) {
    if (begin < covered) return fail(`the bytes of "${name}" (${begin} to ${end}) overlap those of "${previous}"`);
    if (begin > covered) return fail(`bytes ${covered} to ${begin}, before "${name}", belong to no tensor`);
    covered = end;
    previous = name;
  }
  const available = source.size - 8 - bytes.length;
  if (covered > available) {
    return fail(`"${previous}" ends at byte ${covered} of the data, but the file has only ${available} bytes of it`);
  }
  if (covered < available) return fail(`${available - covered} bytes at its end belong to no tensor`);
  return { entries, metadata };
}

/** Formats grow: an element type that is not read is no damage. */
function refuseUnread(name: string, value: unknown, source: ByteSource): void {
  const dtype = isRecord(value) ? value.dtype : undefined;
  if (isDtype(dtype) || typeof dtype !== 'string' || !/^[A-Z]+\d+(_[A-Z0-9]+)*$/.test(dtype)) return;
  throw new UserError(
    `${source.name} has elements of the type ${dtype}, in "${name}"; netc reads ${Object.keys(dtypeSizes).join(', ')}: ` +
      'convert the file to one of these first',
  );
}

/** An entry, or what is wrong with it. */
function readEntry(name: string, value: unknown): HeaderEntry | string {
  if (!isRecord(value)) return `the entry "${name}" is not an object`;
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    return `"${name}" has the element type ${show(dtype)}, expected one of ${Object.keys(dtypeSizes).join(', ')}`;
  }
  if (!isSizes(shape)) return `"${name}" has the shape ${show(shape)}, expected a list of whole numbers`;
  if (!isSizes(offsets) || offsets.length !== 2) {
    return `"${name}" has the offsets ${show(offsets)}, expected two whole numbers`;
  }
  const [begin = 0, end = 0] = offsets;
  if (end < begin) return `"${name}" ends (${end}) before it begins (${begin})`;
  const expected = elementCount(shape) * dtypeSizes[dtype];
  if (end - begin !== expected) {
    return `"${name}" is ${dtype}${showShape(shape)}, ${expected} bytes, but its offsets hold ${end - begin}`;
  }
  return { name, dtype, shape, begin, end };
}

/** As it stands in the header. */
function show(value: unknown): string {
  return JSON.stringify(value) ?? '(none)';
}

function parseJson(bytes: Uint8Array): { value: unknown; duplicate: string | undefined } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { value: JSON.parse(text), duplicate: duplicateKey(text) };
  } catch {
    return { value: undefined, duplicate: undefined };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextRecord(value: Record<string, unknown>): value is Record<string, string> {
  return Object.values(value).every((text) => typeof text === 'string');
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
