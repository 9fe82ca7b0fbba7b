/** What a pickle of weights may be made of, as plain data: nothing of it can be called. */
import type { Dtype } from '../dtype.ts';
import type { Meaning } from './globals.ts';

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | List
  | Tuple
  | Dictionary
  | Global
  | Storage
  | TorchTensor
  | TorchParameter
  | Inert;

export class List {
  readonly items: Value[];
  constructor(items: Value[] = []) {
    this.items = items;
  }
}

export class Tuple {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

export class Dictionary {
  readonly entries = new Map<Value, Value>();
}

/** One of the few names of Python's that are known. */
export class Global {
  readonly name: string;
  readonly meaning: Meaning;
  constructor(name: string, meaning: Meaning) {
    this.name = name;
    this.meaning = meaning;
  }
}

/** A run of memory that tensors lie in; its bytes are elsewhere in the file, under the key. */
export class Storage {
  readonly key: string;
  readonly dtype: Dtype;
  /** Elements. */
  readonly length: number;
  constructor(key: string, dtype: Dtype, length: number) {
    this.key = key;
    this.dtype = dtype;
    this.length = length;
  }
}

export class TorchTensor {
  readonly storage: Storage;
  /** Elements from the storage's start. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** In elements, one for each size. */
  readonly strides: readonly number[];
  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** A parameter as PyTorch wrote it until 0.4: an empty object that is given its tensor afterwards. */
export class TorchParameter {
  tensor: TorchTensor | undefined;
  constructor(tensor: TorchTensor | undefined) {
    this.tensor = tensor;
  }
}

/** Something beside the weights whose value plays no part: a device, bytes. */
export class Inert {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}
