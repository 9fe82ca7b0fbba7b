/**
 * The names of Python's that a pickle may ask for, and what they stand for here. Whatever is not in this table is refused:
 * unpickling in Python would import it and call it.
 */
import type { Dtype } from '../dtype.ts';

export type Meaning =
  | { readonly kind: 'dictionary' }
  | { readonly kind: 'tensor' }
  | { readonly kind: 'parameter' }
  /** The class that PyTorch made parameters of until 0.4. */
  | { readonly kind: 'parameterClass' }
  | { readonly kind: 'storage'; readonly dtype: Dtype }
  | { readonly kind: 'size' }
  | { readonly kind: 'inert' };

const storages: Readonly<Record<string, Dtype>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** Element types as values: a training's settings may name one. */
const types = 'float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128'.split(' ');

const table: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['collections.OrderedDict', { kind: 'dictionary' }],
  ['torch._utils._rebuild_tensor', { kind: 'tensor' }],
  ['torch._utils._rebuild_tensor_v2', { kind: 'tensor' }],
  ['torch._utils._rebuild_parameter', { kind: 'parameter' }],
  ['torch._utils._rebuild_parameter_with_state', { kind: 'parameter' }],
  ['torch.nn.parameter.Parameter', { kind: 'parameterClass' }],
  ['torch.Size', { kind: 'size' }],
  ['torch.device', { kind: 'inert' }],
  ...types.map((name) => [`torch.${name}`, { kind: 'inert' }] as const),
  ...Object.entries(storages).map(([name, dtype]) => [`torch.${name}`, { kind: 'storage', dtype }] as const),
]);

/** Undefined for what is to be refused. `name` with its module: `collections.OrderedDict`. */
export function meaningOf(name: string): Meaning | undefined {
  return table.get(name);
}
