/** A model's weights from wherever they are given, checked against what the model has before any of them is read. */
import { UserError } from '../errors.ts';
import type { ModelSpec } from '../model-spec.ts';
import { elementCount, showShape, type Tensor } from '../tensor.ts';
import { type ByteSource, fileSource, memorySource } from './byte-source.ts';
import { isFloat, toFloats } from './dtype.ts';
import { compare, type Fit, refuseMisfit } from './fit.ts';
import type { WeightsOptions, WeightsSource } from './load.ts';
import { findWeights } from './locate.ts';
import { dtypeOf } from './safetensors.ts';
import { modelTensors, openWeights, type StoredTensor, type WeightsFile } from './weights-file.ts';

/** How the source is called in messages where it is no file. */
const unnamed = 'the set of weights';

/** What `readWeights` says. */
export async function loadWeights(
  spec: ModelSpec,
  given: WeightsSource,
  options: WeightsOptions,
): Promise<ReadonlyMap<string, Float32Array>> {
  const source = await bytesOf(given, options);
  if (!source) return fromTensors(spec, new Map(Object.entries(given)), options.except);
  try {
    const file = await openWeights(source);
    const fit = compare(modelTensors(file), spec.module.parameters, options.except);
    refuseMisfit(fit, spec.name, source.name);
    return await readFitting(fit, file);
  } finally {
    await source.close();
  }
}

/** The values of all that fits. */
export async function readFitting({ fitting }: Fit, file: WeightsFile): Promise<ReadonlyMap<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, tensor] of fitting) values.set(name, floats(tensor, await file.bytes(tensor)));
  return values;
}

/** Undefined for tensors in memory. */
async function bytesOf(given: WeightsSource, options: WeightsOptions): Promise<ByteSource | undefined> {
  if (typeof given === 'string') return fileSource(await findWeights(given, options));
  if (given instanceof Uint8Array) return memorySource(given, unnamed);
  return given instanceof ArrayBuffer ? memorySource(new Uint8Array(given), unnamed) : undefined;
}

function floats({ name, dtype }: StoredTensor, bytes: Uint8Array): Float32Array {
  if (!isFloat(dtype)) throw new Error(`${name} is ${dtype}`);
  return toFloats(dtype, bytes);
}

function fromTensors(
  spec: ModelSpec,
  tensors: ReadonlyMap<string, Tensor>,
  except: readonly string[] | undefined,
): ReadonlyMap<string, Float32Array> {
  const stored = [...tensors].map(([name, { shape, data }]): StoredTensor => {
    if (data.length !== elementCount(shape)) {
      throw new UserError(
        `${unnamed} is mis-shaped: ${name} says ${showShape(shape)}, but has ${data.length} elements`,
      );
    }
    return { name, dtype: dtypeOf(data), shape };
  });
  const fit = compare(stored, spec.module.parameters, except);
  refuseMisfit(fit, spec.name, unnamed);
  return new Map(
    [...fit.fitting].flatMap(([name, tensor]) => {
      const data = tensors.get(tensor.name)?.data;
      return data ? [[name, data] as const] : [];
    }),
  );
}
