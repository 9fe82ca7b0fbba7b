/** Finds the weights in what a checkpoint's pickle holds: a state dict itself, or one among a training's other belongings. */
import type { StoredTensor } from '../weights-file.ts';
import { noWeights } from './errors.ts';
import { Dictionary, Inert, List, TorchParameter, TorchTensor, Tuple, type Value } from './values.ts';

/** What training scripts call the state dict of the network, the surest first. */
const usual = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'module',
  'network',
  'net',
  'params',
  'weights',
];

/** Checkpoints nest no deeper: `{'state_dict': {'model': {…}}}`. */
const deepest = 3;

export interface StateDict {
  readonly tensors: readonly (StoredTensor & { readonly tensor: TorchTensor })[];
  /** Where it was, where that is not the whole file. */
  readonly found?: string;
}

/** Throws `UserError` where there is none, saying what there is. */
export function stateDictOf(root: Value, file: string): StateDict {
  if (tensorOf(root)) throw noWeights(file, 'holds a single tensor without a name, not a state dict');
  if (!(root instanceof Dictionary)) throw noWeights(file, `holds ${describe(root)}, not a state dict`);
  const path = pathTo(root, deepest);
  const dictionary = path?.reduce((at, key) => child(at, key) ?? at, root) ?? root;
  const tensors = [...dictionary.entries].flatMap(([name, value]) => {
    const tensor = tensorOf(value);
    return typeof name === 'string' && tensor
      ? [{ name, dtype: tensor.storage.dtype, shape: tensor.shape, tensor }]
      : [];
  });
  if (tensors.length === 0) throw noWeights(file, `has no state dict: it holds ${describe(root)}`);
  const others = [...root.entries.keys()].filter((key) => !path?.includes(String(key)) && !isTensor(root, key));
  const beside = others.length > 0 ? `, beside ${others.slice(0, 6).map(String).join(', ')}` : '';
  const where = path && path.length > 0 ? `in \`${path.join('.')}\`` : '';
  return { tensors, ...(where + beside === '' ? {} : { found: `${where}${beside}`.replace(/^, /, '') }) };
}

/** The keys that lead to the dictionary with the weights: those with the usual names, then any that holds nothing but tensors. */
function pathTo(dictionary: Dictionary, depth: number): readonly string[] | undefined {
  if (isStateDict(dictionary)) return [];
  if (depth > 0) {
    for (const key of usual) {
      const inner = child(dictionary, key);
      const path = inner && pathTo(inner, depth - 1);
      if (path) return [key, ...path];
    }
  }
  const only = [...dictionary.entries.keys()].filter((key) => {
    const inner = child(dictionary, key);
    return typeof key === 'string' && inner !== undefined && isStateDict(inner);
  });
  if (only.length === 1) return only.map(String);
  // Tensors among other things: they are what there is.
  return [...dictionary.entries.keys()].some((key) => isTensor(dictionary, key)) ? [] : undefined;
}

/** At least one tensor, and nothing that is a collection itself. */
function isStateDict({ entries }: Dictionary): boolean {
  const values = [...entries.values()];
  return values.some((value) => tensorOf(value)) && !values.some((value) => value instanceof Dictionary);
}

function child({ entries }: Dictionary, key: Value): Dictionary | undefined {
  const value = entries.get(key);
  return value instanceof Dictionary ? value : undefined;
}

function isTensor({ entries }: Dictionary, key: Value): boolean {
  return tensorOf(entries.get(key)) !== undefined;
}

function tensorOf(value: Value | undefined): TorchTensor | undefined {
  return value instanceof TorchParameter ? value.tensor : value instanceof TorchTensor ? value : undefined;
}

function describe(value: Value): string {
  if (value instanceof Dictionary) {
    const keys = [...value.entries.keys()].slice(0, 8).map((key) => (typeof key === 'string' ? `\`${key}\`` : 'a key'));
    return keys.length > 0 ? keys.join(', ') : 'an empty dictionary';
  }
  if (value instanceof List) return `a list of ${value.items.length}`;
  if (value instanceof Tuple) return `a tuple of ${value.items.length}`;
  if (value instanceof Inert) return value.what;
  return value === null ? 'None' : `a ${typeof value}`;
}
