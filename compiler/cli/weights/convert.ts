/** Any file of weights as a safetensors file, tensor by tensor, with the same bits unless f32 is asked for. */
import { writeFileAtomically } from '../../../runtime/host/files.ts';
import { type ByteSource, fileSource } from '../../../runtime/weights/byte-source.ts';
import { isFloat, toFloats } from '../../../runtime/weights/dtype.ts';
import { type PackedTensor, packSafetensors } from '../../../runtime/weights/safetensors.ts';
import { modelTensors, openWeights } from '../../../runtime/weights/weights-file.ts';
import { bytes, count } from '../table.ts';

/** Writes the file and returns a line for people. Throws `UserError` where one cannot be read or the other not written. */
export async function convertWeights(from: string, to: string, asF32: boolean): Promise<string> {
  const source = await fileSource(from);
  try {
    const parts = packSafetensors(await packed(source, asF32), { format: 'pt' });
    await writeFileAtomically(to, parts, 'the weights');
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    return `${to}: ${count(parts.length - 1)} tensors, ${bytes(size)}`;
  } finally {
    await source.close();
  }
}

/** A training's checkpoint gives its weights alone. */
async function packed(source: ByteSource, asF32: boolean): Promise<(readonly [string, PackedTensor])[]> {
  const file = await openWeights(source);
  const tensors: (readonly [string, PackedTensor])[] = [];
  for (const tensor of modelTensors(file)) {
    const { name, dtype, shape } = tensor;
    const stored = await file.bytes(tensor);
    const widened = asF32 && isFloat(dtype) && dtype !== 'F32';
    const data = widened ? new Uint8Array(toFloats(dtype, stored).buffer) : stored;
    tensors.push([name, { dtype: widened ? 'F32' : dtype, shape, bytes: data }]);
  }
  return tensors;
}
