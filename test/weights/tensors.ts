/** All tensors of a file of weights at once, as tests like to look at them. */
import { memorySource } from '../../runtime/weights/byte-source.ts';
import { isFloat, toFloats } from '../../runtime/weights/dtype.ts';
import type { AnyTensor } from '../../runtime/weights/safetensors.ts';
import { openWeights } from '../../runtime/weights/weights-file.ts';

export interface ReadFile {
  readonly tensors: ReadonlyMap<string, AnyTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Numbers with a fraction as f32, i32 as they are, others as their bytes. */
export async function readTensors(bytes: Uint8Array, name = 'x'): Promise<ReadFile> {
  const file = await openWeights(memorySource(bytes, name));
  const tensors = new Map<string, AnyTensor>();
  for (const tensor of file.tensors) {
    const { dtype, shape } = tensor;
    const copy = new Uint8Array(await file.bytes(tensor));
    const data = isFloat(dtype) ? toFloats(dtype, copy) : dtype === 'I32' ? new Int32Array(copy.buffer) : copy;
    tensors.set(tensor.name, { shape, data });
  }
  return { tensors, metadata: file.metadata };
}
