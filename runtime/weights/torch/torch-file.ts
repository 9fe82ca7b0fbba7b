/** What both of PyTorch's formats come to: a state dict whose tensors lie in storages somewhere in the file. */
import type { ByteSource } from '../byte-source.ts';
import type { WeightsFile } from '../weights-file.ts';
import type { StateDict } from './state-dict.ts';
import { extent, gather, swapped } from './strided.ts';
import type { Storage } from './values.ts';

export interface TorchFile {
  readonly format: string;
  readonly state: StateDict;
  readonly source: ByteSource;
  /** Where a storage's bytes begin in the file. The storage is known to be as long as it says. */
  readonly startOf: (storage: Storage) => Promise<number>;
  /** Whether each number's highest byte comes first. */
  readonly turned: boolean;
}

export function torchFile({ format, state, source, startOf, turned }: TorchFile): WeightsFile {
  const tensors = new Map(state.tensors.map(({ name, tensor }) => [name, tensor]));
  return {
    format,
    tensors: state.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    metadata: {},
    ...(state.found === undefined ? {} : { found: state.found }),
    bytes: async ({ name }) => {
      const tensor = tensors.get(name);
      if (!tensor) throw new Error(`no tensor ${name}`);
      const { begin, length } = extent(tensor);
      const bytes = await source.read((await startOf(tensor.storage)) + begin, length);
      return gather(tensor, turned ? swapped(tensor.storage.dtype, bytes) : bytes);
    },
  };
}
