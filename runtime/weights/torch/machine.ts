/** The memory of a pickle's reader: where it is in the bytes, its stack and what it has put aside. `pickle.ts` moves it. */
import { damaged, PickleEnd, refusedName } from './errors.ts';
import { meaningOf } from './globals.ts';
import { opcodes } from './opcodes.ts';
import { Dictionary, Global, Inert, List, type Storage, Tuple, type Value } from './values.ts';

/** Values in a pickle: the largest checkpoints have some ten thousand. */
const mostValues = 2 ** 20;

/** What `MARK` leaves on the stack. */
const mark = Symbol('mark');

const text = new TextDecoder();

export class Machine {
  /** The index of the next byte. */
  at: number;
  /** Every storage that the pickle refers to, by its key. */
  readonly storages = new Map<string, Storage>();
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly file: string;
  private readonly stack: (Value | typeof mark)[] = [];
  private readonly memo = new Map<number, Value>();
  private count = 0;

  constructor(bytes: Uint8Array, file: string, begin: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.file = file;
    this.at = begin;
  }

  /** The error that says what is wrong with the pickle: a clause. */
  readonly malformed = (problem: string): Error => damaged(this.file, `in its pickle, ${problem}`);

  byte(): number {
    return this.view.getUint8(this.skip(1));
  }

  uint16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  /** Inexact where it is larger than any file. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.skip(8), true));
  }

  /** The highest byte first, for once. */
  float64(): number {
    return this.view.getFloat64(this.skip(8));
  }

  /** Two's complement, the lowest byte first; a number where it is a safe one. */
  long(length: number): number | bigint {
    const begin = this.skip(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = value * 256n + BigInt(this.bytes[begin + i] ?? 0);
    if (length > 0 && (this.bytes[begin + length - 1] ?? 0) >= 0x80) value -= 256n ** BigInt(length);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  string(length: number): string {
    const begin = this.skip(length);
    return text.decode(this.bytes.subarray(begin, begin + length));
  }

  /** Up to the end of the line, which is gone over. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new PickleEnd();
    const line = this.string(end - this.at);
    this.at = end + 1;
    return line;
  }

  /** Goes over so many bytes and returns where they begin. */
  skip(length: number): number {
    const begin = this.at;
    if (length > this.bytes.length - begin) throw new PickleEnd();
    this.at += length;
    return begin;
  }

  /** Bytes whose value plays no part. */
  pushBytes(length: number): void {
    this.skip(length);
    this.push(new Inert('bytes'));
  }

  push(value: Value): void {
    if (++this.count > mostValues) throw this.malformed(`there are more than ${mostValues} values`);
    this.stack.push(value);
  }

  pushStorage(storage: Storage): void {
    this.storages.set(storage.key, storage);
    this.push(storage);
  }

  pushMark(): void {
    this.stack.push(mark);
  }

  top(): Value {
    const value = this.stack.at(-1);
    if (value === undefined || value === mark) throw this.malformed('its stack is empty where something is taken');
    return value;
  }

  pop(): Value {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  /** All above the last mark, which goes too. */
  popMark(): Value[] {
    const at = this.stack.lastIndexOf(mark);
    if (at < 0) throw this.malformed('a mark is missing');
    return this.stack.splice(at).filter((value) => value !== mark);
  }

  /** The last value of all. */
  last(): Value {
    const value = this.pop();
    if (this.stack.length > 0) throw this.malformed('values are left over at its end');
    return value;
  }

  pushTuple(length: number): void {
    const items = Array.from({ length }, () => this.pop());
    this.push(new Tuple(items.reverse()));
  }

  append(items: readonly Value[]): void {
    const list = this.top();
    if (!(list instanceof List)) throw this.malformed('it appends to what is no list');
    for (const item of items) list.items.push(item);
  }

  /** Keys and values in turns. */
  setItems(items: readonly Value[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Dictionary) || items.length % 2 !== 0) {
      throw this.malformed('it puts entries into what is no dictionary');
    }
    for (let i = 0; i + 1 < items.length; i += 2) dictionary.entries.set(items[i] ?? null, items[i + 1] ?? null);
  }

  remember(index = this.memo.size): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.malformed(`it refers to number ${index}, which is not there`);
    this.push(value);
  }

  /** A name of Python's. Refused at once where it is not known, before anything is made of it. */
  pushGlobal(module: Value, name: Value): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw this.malformed('a name in it is no text');
    const full = `${module}.${name}`;
    const meaning = meaningOf(full);
    if (!meaning) throw refusedName(this.file, full, this.beginsObject());
    this.push(new Global(full, meaning));
  }

  /** Whether the name just read is a class that an object is made of: the legacy format says so before, the others after it. */
  private beginsObject(): boolean {
    if (this.stack.at(-1) === 'module' && this.stack.at(-2) === mark) return true;
    let at = this.at;
    for (let code = this.bytes[at]; code !== undefined; code = this.bytes[at]) {
      if (code === opcodes.BINPUT) at += 2;
      else if (code === opcodes.LONG_BINPUT) at += 5;
      else if (code === opcodes.MEMOIZE || code === opcodes.EMPTY_TUPLE) at += 1;
      else return code === opcodes.NEWOBJ;
    }
    return false;
  }
}
