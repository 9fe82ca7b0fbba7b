/**
 * A file of weights in whichever format, opened: its tensors are listed from the header alone, their bytes are read one
 * by one. What a model makes of them is `fit.ts`'s and `load-weights.ts`'s.
 */
import { UserError } from '../errors.ts';
import { elementCount } from '../tensor.ts';
import type { ByteSource } from './byte-source.ts';
import { checkpointFormat, slotPrefix } from './checkpoint-format.ts';
import { type Dtype, dtypeSizes } from './dtype.ts';
import { foreignFormat } from './foreign.ts';
import { isSafetensors, openSafetensors } from './safetensors-file.ts';
import { isPickle, openLegacy } from './torch/legacy-file.ts';
import { isZip, openZip } from './torch/zip-file.ts';

export interface StoredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

export interface WeightsFile {
  /** For people: `safetensors`, `PyTorch (zip)`. */
  readonly format: string;
  /** In the file's own order; no name twice. */
  readonly tensors: readonly StoredTensor[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where in the file the tensors were found and what lies beside them, if anything: a phrase for people. */
  readonly found?: string;
  /** One of `tensors`: row-major, little-endian. Not to be written to. */
  bytes(tensor: StoredTensor): Promise<Uint8Array>;
}

/** Reads the header. Throws `UserError` for anything that is not a sound file of weights; executes nothing that is in it. */
export async function openWeights(source: ByteSource): Promise<WeightsFile> {
  const start = await source.read(0, Math.min(source.size, 512));
  const foreign = foreignFormat(start);
  if (foreign !== undefined) throw new UserError(`${source.name} ${foreign}`);
  const file = await openerOf(start)(source);
  refuseInflation(file, source);
  return file;
}

/** A header's length may look like the beginning of anything, so that the headers of safetensors are recognised first. */
function openerOf(start: Uint8Array): (source: ByteSource) => Promise<WeightsFile> {
  if (isSafetensors(start)) return openSafetensors;
  if (isZip(start)) return openZip;
  // Whatever is none of these is told so as a safetensors file.
  return isPickle(start) ? openLegacy : openSafetensors;
}

/** Tensors may share memory in a file; a few bytes must not become many gigabytes all the same. */
function refuseInflation({ tensors }: WeightsFile, { size, name }: ByteSource): void {
  const bytes = tensors.reduce((sum, tensor) => sum + byteCount(tensor), 0);
  if (bytes <= 16 * size + 2 ** 26) return;
  throw new UserError(
    `${name} has ${size} bytes, but its tensors would take ${bytes}: they repeat what is in it many times over. ` +
      'Save copies of the tensors that are wanted (`tensor.clone()`)',
  );
}

export function byteCount({ dtype, shape }: StoredTensor): number {
  return elementCount(shape) * dtypeSizes[dtype];
}

/** The tensors without a training run's optimizer slots. */
export function modelTensors({ tensors, metadata }: WeightsFile): readonly StoredTensor[] {
  if (metadata.format !== checkpointFormat) return tensors;
  return tensors.filter(({ name }) => !name.startsWith(slotPrefix));
}
