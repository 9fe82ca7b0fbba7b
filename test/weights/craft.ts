/**
 * Checkpoints of PyTorch's formats put together by hand, so that tests can make what PyTorch would not write: a pickle from
 * plain values, a zip archive from records.
 */
import { joinParts } from '../../runtime/weights/safetensors.ts';

/** What can be pickled: dictionaries are objects, tuples and calls have classes of their own. */
export type Picklable =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Picklable[]
  | Tuple
  | Name
  | Call
  | Made
  | Elsewhere
  | Bytes
  | { readonly [key: string]: Picklable };

export class Tuple {
  readonly items: readonly Picklable[];
  constructor(...items: readonly Picklable[]) {
    this.items = items;
  }
}

/** A name of Python's: `new Name('os', 'system')`. */
export class Name {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
}

export class Call {
  readonly callee: Picklable;
  readonly given: Picklable;
  constructor(callee: Picklable, ...given: readonly Picklable[]) {
    this.callee = callee;
    this.given = new Tuple(...given);
  }
}

/** An object of a class, with the state that it is given. */
export class Made {
  readonly type: Name;
  readonly state: Picklable;
  constructor(type: Name, state: Picklable) {
    this.type = type;
    this.state = state;
  }
}

/** Something outside of the pickle. */
export class Elsewhere {
  readonly id: Picklable;
  constructor(id: Picklable) {
    this.id = id;
  }
}

/** Instructions as they are. */
export class Bytes {
  readonly bytes: Iterable<number>;
  constructor(bytes: Iterable<number>) {
    this.bytes = bytes;
  }
}

const encoder = new TextEncoder();
const little = (value: number | bigint, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n));

function instructions(value: Picklable): number[] {
  if (value === null) return [0x4e];
  if (typeof value === 'boolean') return [value ? 0x88 : 0x89];
  if (typeof value === 'number' || typeof value === 'bigint') return [0x8a, 12, ...little(value, 12)];
  if (typeof value === 'string') {
    const text = encoder.encode(value);
    return [0x58, ...little(text.length, 4), ...text];
  }
  if (value instanceof Bytes) return [...value.bytes];
  if (value instanceof Tuple) return [0x28, ...value.items.flatMap(instructions), 0x74];
  if (value instanceof Name) return [0x63, ...encoder.encode(`${value.module}\n${value.name}\n`)];
  if (value instanceof Call) return [...instructions(value.callee), ...instructions(value.given), 0x52];
  if (value instanceof Made) return [...instructions(value.type), 0x29, 0x81, ...instructions(value.state), 0x62];
  if (value instanceof Elsewhere) return [...instructions(value.id), 0x51];
  if (isList(value)) return [0x5d, 0x28, ...value.flatMap(instructions), 0x65];
  return [
    0x7d,
    0x28,
    ...Object.entries(value).flatMap(([key, item]) => [...instructions(key), ...instructions(item)]),
    0x75,
  ];
}

function isList(value: Picklable): value is readonly Picklable[] {
  return Array.isArray(value);
}

/** With the protocol in front and the stop at the end. */
export const pickle = (value: Picklable): Uint8Array => Uint8Array.from([0x80, 2, ...instructions(value), 0x2e]);

/** The storage of a tensor of `elements`. */
export const storage = (key: Picklable, elements: Picklable, type = 'FloatStorage'): Elsewhere =>
  new Elsewhere(new Tuple('storage', new Name('torch', type), key, 'cpu', elements));

const rebuild = new Name('torch._utils', '_rebuild_tensor_v2');

/** A tensor of one axis that fills its storage; anything else where it is given. */
export function tensor(
  key: string,
  elements: number,
  { offset = 0, shape = [elements], strides = shape.map(() => 1), of = storage(key, elements) } = {} as {
    offset?: Picklable;
    shape?: readonly Picklable[];
    strides?: readonly Picklable[];
    of?: Picklable;
  },
): Call {
  const hooks = new Call(new Name('collections', 'OrderedDict'));
  return new Call(rebuild, of, offset, new Tuple(...shape), new Tuple(...strides), false, hooks);
}

/** Storages by their keys. */
type Storages = Readonly<Record<string, Uint8Array>>;

export function zipCheckpoint(value: Picklable, storages: Storages, more: Storages = {}): Uint8Array {
  const records = Object.entries(storages).map(([key, bytes]) => [`a/data/${key}`, bytes] as const);
  return zip(new Map([['a/data.pkl', pickle(value)], ...records, ...Object.entries(more)]));
}

export function legacyCheckpoint(value: Picklable, storages: Storages, elementSize = 4): Uint8Array {
  const [magic, keys] = [0x1950a86a20f9469cfc6cn, Object.keys(storages)];
  const pickles = [magic, 1001, { little_endian: true }, inLegacy(value), keys].map(pickle);
  const data = Object.values(storages).flatMap((bytes) => [
    Uint8Array.from(little(bytes.length / elementSize, 8)),
    bytes,
  ]);
  return joinParts([...pickles, ...data]);
}

/** In this format a storage also says what it is a view of: nothing. */
function inLegacy(value: Picklable): Picklable {
  if (value instanceof Elsewhere)
    return value.id instanceof Tuple ? new Elsewhere(new Tuple(...value.id.items, null)) : value;
  if (value instanceof Call) return new Call(value.callee, ...tupleItems(value.given).map(inLegacy));
  if (value instanceof Tuple) return new Tuple(...value.items.map(inLegacy));
  if (value instanceof Made) return new Made(value.type, inLegacy(value.state));
  if (typeof value !== 'object' || value === null || value instanceof Name || value instanceof Bytes) return value;
  if (isList(value)) return value.map(inLegacy);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inLegacy(item)]));
}

const tupleItems = (value: Picklable): readonly Picklable[] => (value instanceof Tuple ? value.items : []);

/** An archive of stored records. */
export function zip(records: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: number[] = [];
  let at = 0;
  for (const [name, bytes] of records) {
    const path = encoder.encode(name);
    const sizes = [...little(0, 4), ...little(bytes.length, 4), ...little(bytes.length, 4), ...little(path.length, 2)];
    const local = [...little(0x04034b50, 4), ...little(0, 10), ...sizes, 0, 0, ...path];
    directory.push(...little(0x02014b50, 4), ...little(0, 12), ...sizes, ...little(0, 12), ...little(at, 4), ...path);
    parts.push(Uint8Array.from(local), bytes);
    at += local.length + bytes.length;
  }
  const count = little(records.size, 2);
  const end = [
    ...little(0x06054b50, 4),
    ...little(0, 4),
    ...count,
    ...count,
    ...little(directory.length, 4),
    ...little(at, 4),
    0,
    0,
  ];
  return joinParts([...parts, Uint8Array.from([...directory, ...end])]);
}
