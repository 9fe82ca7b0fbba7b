/**
 * What a data set is, as plain data in a generated module, and what a split of it is once it has been read. Reading is
 * `open.ts`'s; nothing here touches a file.
 */
import type { HostArray } from '../device.ts';
import type { StorageElement } from '../program.ts';

export type SplitName = 'train' | 'test' | 'validation';

/** One field of a sample: `image: u8[1, 28, 28]`, `label: class(10)`. */
export interface FieldSpec {
  readonly name: string;
  /** What a device's buffer holds of it. Class indices are `i32`. */
  readonly element: StorageElement;
  /** Of one sample; `[]` for a class index. */
  readonly shape: readonly number[];
  /** For a class index: how many classes there are. */
  readonly classes?: number;
}

/** One file of a split, for one field. `sha256` is of the file as it is stored, in lower-case hexadecimal. */
export interface DatasetFile {
  readonly field: string;
  readonly file: string;
  readonly sha256?: string;
}

export interface SplitSpec {
  readonly name: SplitName;
  /** One for each field of the sample. */
  readonly files: readonly DatasetFile[];
}

/** The `.net` file's folder, or `data/` in it, which a generated module finds from where it lies itself. */
export interface OwnFolder {
  /** As seen from the module's folder, or absolute: `../models/data`. */
  readonly folder: string;
  /** The module's `import.meta.url`. */
  readonly module: string;
}

export interface DatasetSpec {
  readonly name: string;
  readonly sample: readonly FieldSpec[];
  /** The classes' names in the order of their indices; empty if the data set has none. */
  readonly classes: readonly string[];
  /** Folders to download the files from, tried in order. Each ends with `/`. */
  readonly urls: readonly string[];
  /** Where the files of a data set of one's own lie; absent where they are downloaded. */
  readonly own?: OwnFolder;
  readonly splits: readonly SplitSpec[];
}

/** A field of all samples of a split, one after the other, as it was stored (class indices as bytes). */
export interface Column {
  readonly field: FieldSpec;
  readonly data: HostArray;
  /** Elements of one sample. */
  readonly size: number;
}

/** A split in memory. */
export interface Split {
  readonly dataset: DatasetSpec;
  readonly name: SplitName;
  readonly samples: number;
  /** Whether the pictures are drawn (`synthetic`), not the data set's own. */
  readonly drawn: boolean;
  /** In the order of the data set's `sample`. */
  readonly columns: readonly Column[];
}
