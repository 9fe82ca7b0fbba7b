/**
 * Reads a pickle as data, without ever doing what it says: the instructions that PyTorch writes build lists, dictionaries and
 * tensors' descriptions, and any other instruction, or name of Python's, is refused. The format is that of CPython's
 * `pickletools`, protocols 2 to 5.
 */
import { build, create, reduce, storageOf } from './build.ts';
import { Machine } from './machine.ts';
import { opcodes } from './opcodes.ts';
import { Dictionary, Global, List, type Storage, Tuple, type Value } from './values.ts';

export interface Pickled {
  readonly value: Value;
  /** Where the pickle ends: the index after its last byte. */
  readonly end: number;
  /** Every storage that it refers to, by its key. */
  readonly storages: ReadonlyMap<string, Storage>;
}

/**
 * The pickle that begins at `begin`. `file` names it in errors. Throws `UserError` for what is refused or malformed,
 * `PickleEnd` where the bytes end before the pickle does.
 */
export function readPickle(bytes: Uint8Array, file: string, begin = 0): Pickled {
  const machine = new Machine(bytes, file, begin);
  for (let code = machine.byte(); code !== opcodes.STOP; code = machine.byte()) {
    const instruction = instructions.get(code);
    if (!instruction) {
      const where = `its byte ${machine.at - 1 - begin} is the instruction ${showOpcode(code)}`;
      throw machine.malformed(`${where}, which PyTorch does not use in weights`);
    }
    instruction(machine);
  }
  return { value: machine.last(), end: machine.at, storages: machine.storages };
}

type Instruction = (machine: Machine) => void;

/** Everything that a pickle may tell its reader to do. */
const table: Readonly<Record<Exclude<keyof typeof opcodes, 'STOP'>, Instruction>> = {
  PROTO: (m) => {
    const version = m.byte();
    if (version < 2 || version > 5) throw m.malformed(`the protocol is ${version}, not 2 to 5`);
  },
  FRAME: (m) => m.skip(8),

  NONE: (m) => m.push(null),
  NEWTRUE: (m) => m.push(true),
  NEWFALSE: (m) => m.push(false),
  BININT: (m) => m.push(m.int32()),
  BININT1: (m) => m.push(m.byte()),
  BININT2: (m) => m.push(m.uint16()),
  LONG1: (m) => m.push(m.long(m.byte())),
  BINFLOAT: (m) => m.push(m.float64()),
  SHORT_BINUNICODE: (m) => m.push(m.string(m.byte())),
  BINUNICODE: (m) => m.push(m.string(m.uint32())),
  BINUNICODE8: (m) => m.push(m.string(m.uint64())),
  // Text of Python 2.
  SHORT_BINSTRING: (m) => m.push(m.string(m.byte())),
  BINSTRING: (m) => m.push(m.string(m.uint32())),
  SHORT_BINBYTES: (m) => m.pushBytes(m.byte()),
  BINBYTES: (m) => m.pushBytes(m.uint32()),
  BINBYTES8: (m) => m.pushBytes(m.uint64()),

  MARK: (m) => m.pushMark(),
  POP: (m) => m.pop(),
  POP_MARK: (m) => m.popMark(),
  EMPTY_TUPLE: (m) => m.push(new Tuple([])),
  TUPLE1: (m) => m.pushTuple(1),
  TUPLE2: (m) => m.pushTuple(2),
  TUPLE3: (m) => m.pushTuple(3),
  TUPLE: (m) => m.push(new Tuple(m.popMark())),
  EMPTY_LIST: (m) => m.push(new List()),
  LIST: (m) => m.push(new List(m.popMark())),
  APPEND: (m) => m.append([m.pop()]),
  APPENDS: (m) => m.append(m.popMark()),
  EMPTY_DICT: (m) => m.push(new Dictionary()),
  DICT: (m) => {
    const items = m.popMark();
    m.push(new Dictionary());
    m.setItems(items);
  },
  SETITEM: (m) => {
    const value = m.pop();
    m.setItems([m.pop(), value]);
  },
  SETITEMS: (m) => m.setItems(m.popMark()),

  BINPUT: (m) => m.remember(m.byte()),
  LONG_BINPUT: (m) => m.remember(m.uint32()),
  MEMOIZE: (m) => m.remember(),
  BINGET: (m) => m.recall(m.byte()),
  LONG_BINGET: (m) => m.recall(m.uint32()),

  GLOBAL: (m) => {
    const module = m.line();
    m.pushGlobal(module, m.line());
  },
  STACK_GLOBAL: (m) => {
    const name = m.pop();
    m.pushGlobal(m.pop(), name);
  },
  REDUCE: (m) => {
    const given = m.pop();
    const callee = m.pop();
    if (!(callee instanceof Global) || !(given instanceof Tuple)) throw m.malformed('it calls what cannot be called');
    m.push(reduce(callee, given.items, m.malformed));
  },
  NEWOBJ: (m) => {
    const given = m.pop();
    m.push(create(m.pop(), given, m.malformed));
  },
  BUILD: (m) => {
    const state = m.pop();
    build(m.top(), state, m.malformed);
  },
  BINPERSID: (m) => m.pushStorage(storageOf(m.pop(), m.malformed)),
};

const codes: ReadonlyMap<string, number> = new Map(Object.entries(opcodes));
const instructions: ReadonlyMap<number | undefined, Instruction> = new Map(
  Object.entries(table).map(([name, instruction]) => [codes.get(name), instruction]),
);

/** `R`, of `REDUCE`. */
function showOpcode(code: number): string {
  return code > 0x20 && code < 0x7f ? `\`${String.fromCharCode(code)}\`` : `0x${code.toString(16).padStart(2, '0')}`;
}
