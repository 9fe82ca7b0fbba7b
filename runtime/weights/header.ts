/**
 * The header of a safetensors file, checked: every claim of it against the file's length and the others. Reads no
 * tensor's data.
 */
import { UserError } from '../errors.ts';
import { elementCount, showShape } from '../tensor.ts';
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
  /** Bytes from the start of the file. */
  readonly dataStart: number;
}

export function readHeader(bytes: Uint8Array, source: string): Header {
  const fail = (problem: string): never => {
    throw new UserError(
      `${source} is not a sound safetensors file: ${problem}. ` +
        'It may be cut off or damaged: copy or download it again, or write it anew',
    );
  };
  if (bytes.length < 8) return fail(`it has ${bytes.length} bytes, where the header's length alone takes 8`);
  const claimed = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (claimed > maximumHeader)
    return fail(`its header claims ${claimed} bytes, more than the ${maximumHeader} allowed`);
  const length = Number(claimed);
  const dataStart = 8 + length;
  if (dataStart > bytes.length) {
    return fail(`its header claims ${length} bytes, but only ${bytes.length - 8} follow in the file`);
  }

  const json = parseJson(bytes.subarray(8, dataStart));
  if (!isRecord(json.value)) return fail('its header is not a JSON object');
  if (json.duplicate !== undefined) return fail(`its header names "${json.duplicate}" twice`);
  let metadata: Record<string, string> = {};
  const entries: HeaderEntry[] = [];
  for (const [name, value] of Object.entries(json.value)) {
    if (name === '__metadata__') {
      if (!isRecord(value) || !isTextRecord(value)) return fail('its __metadata__ is not an object of strings');
      metadata = value;
    } else {
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
  const available = bytes.length - dataStart;
  if (covered > available) {
    return fail(`"${previous}" ends at byte ${covered} of the data, but the file has only ${available} bytes of it`);
  }
  if (covered < available) return fail(`${available - covered} bytes at its end belong to no tensor`);
  return { entries, metadata, dataStart };
}

/** An entry, or what is wrong with it. */
function readEntry(name: string, value: unknown): HeaderEntry | string {
  if (!isRecord(value)) return `the entry "${name}" is not an object`;
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    return `"${name}" has the element type ${JSON.stringify(dtype)}, expected one of ${Object.keys(dtypeSizes).join(', ')}`;
  }
  if (!isSizes(shape)) return `"${name}" has the shape ${JSON.stringify(shape)}, expected a list of whole numbers`;
  if (!isSizes(offsets) || offsets.length !== 2) {
    return `"${name}" has the offsets ${JSON.stringify(offsets)}, expected two whole numbers`;
  }
  const [begin = 0, end = 0] = offsets;
  if (end < begin) return `"${name}" ends (${end}) before it begins (${begin})`;
  const expected = elementCount(shape) * dtypeSizes[dtype];
  if (end - begin !== expected) {
    return `"${name}" is ${dtype}${showShape(shape)}, ${expected} bytes, but its offsets hold ${end - begin}`;
  }
  return { name, dtype, shape, begin, end };
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
