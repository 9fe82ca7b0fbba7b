/** A model's weights from wherever they are given, checked against what the model has. */
import { readFile } from '../host/files.ts';
import type { ModelSpec } from '../model-spec.ts';
import type { Tensor } from '../tensor.ts';
import { checkpointFormat, slotPrefix } from './checkpoint-format.ts';
import { checkTensors } from './match.ts';
import { type AnyTensor, readSafetensors } from './safetensors.ts';

/** A safetensors file's path (Node), its bytes, or the tensors themselves by parameter name. */
export type WeightsSource = string | Uint8Array | ArrayBuffer | Readonly<Record<string, Tensor>>;

/**
 * One tensor for each parameter, but for those at or below a name in `except`, whatever the file has of them. Throws
 * `UserError` naming every tensor that is missing, surplus or mis-shaped.
 */
export async function readWeights(
  spec: ModelSpec,
  source: WeightsSource,
  except: readonly string[] = [],
): Promise<ReadonlyMap<string, AnyTensor>> {
  const name = typeof source === 'string' ? source : 'the set of weights';
  const wanted = (tensor: string): boolean =>
    !except.some((prefix) => tensor === prefix || tensor.startsWith(`${prefix}.`));
  const tensors = new Map([...(await tensorsOf(source, name))].filter(([tensor]) => wanted(tensor)));
  const parameters = spec.module.parameters.filter((parameter) => wanted(parameter.name));
  checkTensors(tensors, parameters, spec.name, name);
  return tensors;
}

async function tensorsOf(source: WeightsSource, name: string): Promise<ReadonlyMap<string, AnyTensor>> {
  if (typeof source === 'string') return readModelTensors(await readFile(source, 'the weights'), name);
  if (source instanceof Uint8Array) return readModelTensors(source, name);
  if (source instanceof ArrayBuffer) return readModelTensors(new Uint8Array(source), name);
  return new Map(Object.entries(source));
}

/** A training run's checkpoint is a file of weights too: the optimizer's slots in it are left out. */
function readModelTensors(bytes: Uint8Array, name: string): ReadonlyMap<string, AnyTensor> {
  const { tensors, metadata } = readSafetensors(bytes, name);
  if (metadata.format !== checkpointFormat) return tensors;
  return new Map([...tensors].filter(([tensor]) => !tensor.startsWith(slotPrefix)));
}
