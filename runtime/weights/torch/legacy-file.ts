/**
 * PyTorch's format before 1.6, which torchvision's older weights still have: pickles one after the other (a magic number, a
 * version, a description of the machine, the object, the storages' keys), then for each key a length and the bytes, with the
 * lowest byte first on every machine.
 */
import type { ByteSource } from '../byte-source.ts';
import { dtypeSizes } from '../dtype.ts';
import type { WeightsFile } from '../weights-file.ts';
import { damaged, noWeights, PickleEnd } from './errors.ts';
import { opcodes } from './opcodes.ts';
import { readPickle } from './pickle.ts';
import { stateDictOf } from './state-dict.ts';
import { torchFile } from './torch-file.ts';
import { List, type Storage, type Value } from './values.ts';

const magic = 0x1950a86a20f9469cfc6cn;
const version = 1001;

/** Pickles longer than any checkpoint's are not read to their end. */
const longestPickles = 2 ** 26;

export function isPickle(start: Uint8Array): boolean {
  return start[0] === opcodes.PROTO && (start[1] ?? 9) <= 5;
}

/** Reads the pickles and the storages' lengths, no storage. Throws `UserError`. */
export async function openLegacy(source: ByteSource): Promise<WeightsFile> {
  const { object, keys, storages, end } = await readPickles(source);
  const state = stateDictOf(object, source.name);
  const starts = await locate(keys, storages, end, source);
  const startOf = async ({ key }: Storage): Promise<number> => {
    const start = starts.get(key);
    if (start === undefined) throw damaged(source.name, `its storage ${key} is missing`);
    return start;
  };
  for (const { tensor } of state.tensors) await startOf(tensor.storage);
  return torchFile({ format: 'PyTorch (legacy)', state, source, startOf, turned: false });
}

interface Pickles {
  readonly object: Value;
  readonly keys: Value;
  readonly storages: ReadonlyMap<string, Storage>;
  /** Where the first storage's length stands. */
  readonly end: number;
}

/** How long they are is known only when they have been read: more and more of the file is taken until they end in it. */
async function readPickles(source: ByteSource): Promise<Pickles> {
  for (let length = 2 ** 20; ; length *= 4) {
    const all = length >= source.size;
    try {
      return parse(await source.read(0, Math.min(length, source.size)), source.name);
    } catch (error) {
      if (!(error instanceof PickleEnd)) throw error;
      if (all) throw damaged(source.name, 'its pickle is cut off');
      if (length >= longestPickles) throw damaged(source.name, `its pickle does not end within ${length} bytes`);
    }
  }
}

function parse(bytes: Uint8Array, file: string): Pickles {
  const first = readPickle(bytes, file);
  if (first.value !== magic) throw noWeights(file, 'is a pickle, but none that `torch.save` wrote');
  const second = readPickle(bytes, file, first.end);
  if (second.value !== version) throw damaged(file, `the version of its format is not ${version}`);
  const third = readPickle(bytes, file, second.end);
  const { value: object, storages, end } = readPickle(bytes, file, third.end);
  const last = readPickle(bytes, file, end);
  return { object, keys: last.value, storages, end: last.end };
}

/** Where each storage's bytes begin. */
async function locate(
  keys: Value,
  storages: ReadonlyMap<string, Storage>,
  begin: number,
  source: ByteSource,
): Promise<ReadonlyMap<string, number>> {
  const fail = (problem: string) => damaged(source.name, problem);
  const starts = new Map<string, number>();
  let at = begin;
  for (const key of keys instanceof List ? keys.items : []) {
    if (typeof key !== 'string') throw fail('the key of a storage is no text');
    const storage = storages.get(key);
    if (!storage) throw fail(`its storage ${key} belongs to no tensor`);
    if (at + 8 > source.size) throw fail(`its storage ${storage.key} is missing`);
    const bytes = await source.read(at, 8);
    const length = new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true);
    if (length !== BigInt(storage.length)) {
      throw fail(`its storage ${storage.key} has ${length} elements, not ${storage.length}`);
    }
    const start = at + 8;
    at = start + storage.length * dtypeSizes[storage.dtype];
    if (at > source.size) throw fail(`its storage ${storage.key} is cut off`);
    starts.set(storage.key, start);
  }
  return starts;
}
