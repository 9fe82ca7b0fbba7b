/**
 * What a pickle's calls come to: the known names of Python's applied to plain values. All that a file claims about sizes is
 * checked here, so that a tensor that exists lies within its storage.
 */
import { elementCount, showShape } from '../../tensor.ts';
import { Dictionary, Global, Inert, List, Storage, TorchParameter, TorchTensor, Tuple, type Value } from './values.ts';

/** Makes the error that says what is wrong. */
type Malformed = (problem: string) => Error;

/** A known name called with arguments. */
export function reduce(callee: Global, given: readonly Value[], malformed: Malformed): Value {
  switch (callee.meaning.kind) {
    case 'dictionary':
      return dictionaryOf(given, malformed);
    case 'tensor':
      return tensorOf(given, malformed);
    case 'parameter': {
      const [tensor] = given;
      if (!(tensor instanceof TorchTensor)) throw malformed('a parameter is made of what is no tensor');
      return tensor;
    }
    case 'size':
      return new Tuple(sizesOf(given[0], malformed));
    case 'inert':
      return new Inert(callee.name);
    case 'storage':
    case 'parameterClass':
      throw malformed(`\`${callee.name}\` is called`);
  }
}

/** An object of a class: of the only one that there was before tensors were made by calls. */
export function create(type: Value, given: Value, malformed: Malformed): TorchParameter {
  if (!(type instanceof Global) || type.meaning.kind !== 'parameterClass' || !(given instanceof Tuple)) {
    throw malformed('it makes an object of what is no class of weights');
  }
  const [tensor] = given.items;
  return new TorchParameter(tensor instanceof TorchTensor ? tensor : undefined);
}

/** Gives an object its attributes. Those that a state dict (its layers' versions) and tensors have play no part. */
export function build(target: Value, state: Value, malformed: Malformed): void {
  if (target instanceof TorchParameter) {
    const [tensor] = state instanceof Tuple ? state.items : [];
    if (tensor instanceof TorchTensor) target.tensor = tensor;
    return;
  }
  if (target instanceof Dictionary || target instanceof TorchTensor) return;
  throw malformed('it gives attributes to what has none');
}

/** `('storage', type, key, device, elements)` and, in the legacy format, what storage it is a view of: none since long. */
export function storageOf(id: Value, malformed: Malformed): Storage {
  const [kind, type, key, , length, view = null] = id instanceof Tuple ? id.items : [];
  if (kind !== 'storage' || !(type instanceof Global) || type.meaning.kind !== 'storage' || typeof key !== 'string') {
    throw malformed('it refers to something outside of it that is no storage');
  }
  if (!isSize(length)) throw malformed(`the storage ${key} has ${show(length)} elements`);
  if (view !== null) {
    throw malformed(
      `the storage ${key} is a view of another, as PyTorch before 0.4 wrote: save it again with a later one`,
    );
  }
  return new Storage(key, type.meaning.dtype, length);
}

/** `OrderedDict()`, or `OrderedDict([[key, value], …])` as Python 2 wrote it. */
function dictionaryOf([pairs, more]: readonly Value[], malformed: Malformed): Dictionary {
  const dictionary = new Dictionary();
  if (more !== undefined || (pairs !== undefined && !(pairs instanceof List))) {
    throw malformed('an OrderedDict is made of what is no list');
  }
  for (const pair of pairs?.items ?? []) {
    const [key, value] = pair instanceof List || pair instanceof Tuple ? pair.items : [];
    if (key === undefined || value === undefined) throw malformed('an entry of an OrderedDict is no pair');
    dictionary.entries.set(key, value);
  }
  return dictionary;
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, …)`; the rest is about gradients. */
function tensorOf([storage, offset, size, stride]: readonly Value[], malformed: Malformed): TorchTensor {
  if (!(storage instanceof Storage)) throw malformed('a tensor is made of what is no storage');
  const [shape, strides] = [sizesOf(size, malformed), sizesOf(stride, malformed)];
  if (!isSize(offset) || shape.length !== strides.length || !isSize(elementCount(shape))) {
    throw malformed(
      `a tensor has the shape ${showShape(shape)}, the strides ${showShape(strides)}, the offset ${show(offset)}`,
    );
  }
  const last = shape.reduce((sum, n, i) => sum + (n - 1) * (strides[i] ?? 0), offset);
  if (elementCount(shape) > 0 && last >= storage.length) {
    throw malformed(
      `a tensor of shape ${showShape(shape)} reaches element ${last} of the storage ${storage.key}, which has ${storage.length}`,
    );
  }
  return new TorchTensor(storage, offset, shape, strides);
}

function sizesOf(value: Value | undefined, malformed: Malformed): readonly number[] {
  const items = value instanceof Tuple || value instanceof List ? value.items : undefined;
  if (!items?.every(isSize)) throw malformed('a shape is no tuple of whole numbers');
  return items;
}

function isSize(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function show(value: Value | undefined): string {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : 'no number of';
}
