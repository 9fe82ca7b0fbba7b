/**
 * What an expression can be while a model is elaborated: a number, a tuple, a tensor. Integers are dimensions, because
 * most of them come from shapes. No evaluation here, only the values, and their views as integers and numbers.
 */
import type { Fix, Span } from '../diagnostics/diagnostic.ts';
import { type Dim, dim } from '../dim/dim.ts';
import type { ElementType, TensorType } from '../ops/types.ts';
import type { ConfigValue, TypedExpr } from './typed.ts';

/** Where the size of one axis was decided. Nothing is computed for it until a message asks (`provenance.ts`). */
export interface Provenance {
  readonly span: Span;
  /** The whole type there, and which of its axes this is. */
  readonly type: TensorType;
  readonly axis: number;
  /** What decided it, in the user's words: `image`, `conv1`, `MaxPool2d`. Absent for places inside the library. */
  readonly what?: string;
  /** What it was computed from; absent where it simply is that large. */
  readonly origin?: () => Origin;
}

export interface Origin {
  readonly from: readonly Provenance[];
  /** `128 * 3 * 3`; absent where nothing is computed. */
  readonly arithmetic?: string;
  /** Where the size stands as a number: the `64` of `Linear(64)`. */
  readonly stated?: Span;
  /** Edits that make it another size. */
  readonly resized?: (size: string) => readonly Fix[];
  /** Rows or columns of the input that are never read. */
  readonly unread?: number;
}

/** A variable that a value depends on without being written for it: of a comprehension, or a sample's number in its batch. */
export interface Lead {
  readonly name: string;
  readonly extent: Dim;
}

/** An integer that is `scale * variable + offset`; without a variable, the offset. */
export interface Position {
  readonly lead?: Lead;
  readonly scale: number;
  readonly offset: Dim;
}

export interface TensorValue {
  readonly kind: 'tensor';
  readonly expr: TypedExpr;
  /** The type that the source sees; the expression's has the axes of `leads` in front of it. */
  readonly type: TensorType;
  /** One per axis. */
  readonly axes: readonly (Provenance | undefined)[];
  /** What the value differs by beside its own axes, the outermost variable first (`leads.ts`). */
  readonly leads: readonly Lead[];
  /** Set where the value is a number of this form, so that indexing by it is a view. */
  readonly position?: Position;
}

export type Value =
  | { readonly kind: 'int'; readonly dim: Dim }
  /** `floor` is the same computed with floor division, where the number comes from dividing integers: `7 / 2`. */
  | { readonly kind: 'float'; readonly value: number; readonly floor?: Dim }
  /** A quotient of integers that holds a symbol: a dimension when used as one, else a number at run time. */
  | { readonly kind: 'ratio'; readonly floor: Dim; readonly scalar: TensorValue }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'tuple'; readonly items: readonly Value[] }
  | TensorValue
  /** A truth value that only run time decides: a comparison with the batch size. */
  | { readonly kind: 'open' }
  /** Stands for a value that an error was already reported for; nothing more is said about it. */
  | { readonly kind: 'poison' };

export const poison: Value = { kind: 'poison' };

export const intValue = (value: number | Dim): Value => ({
  kind: 'int',
  dim: typeof value === 'number' ? dim.int(value) : value,
});

export const floatValue = (value: number): Value => ({ kind: 'float', value });

/** The value as a dimension; a quotient is rounded down. */
export function asDim(value: Value): Dim | undefined {
  if (value.kind === 'int') return value.dim;
  return value.kind === 'float' || value.kind === 'ratio' ? value.floor : undefined;
}

/** The value as a number that is known at compile time. */
export function asNumber(value: Value): number | undefined {
  if (value.kind === 'float') return value.value;
  return value.kind === 'int' ? dim.constant(value.dim) : undefined;
}

/** What `.0`, `.1`, … are: a tuple's values, a range's two ends. */
export function membersOf(value: Value): readonly Value[] {
  if (value.kind === 'range') return [floatValue(value.from), floatValue(value.to)];
  return value.kind === 'tuple' ? value.items : [];
}

export const isNumeric = (value: Value): boolean =>
  value.kind === 'int' || value.kind === 'float' || value.kind === 'ratio';

/** The value as the typed tree's configuration holds it; a symbolic size as its text. */
export function toConfig(value: Value): ConfigValue {
  switch (value.kind) {
    case 'int':
      return dim.constant(value.dim) ?? dim.show(value.dim);
    case 'float':
    case 'bool':
    case 'string':
      return value.value;
    case 'range':
      return [value.from, value.to];
    case 'tuple':
      return value.items.map(toConfig);
    default:
      return null;
  }
}

export function tensorOf(
  expr: TypedExpr,
  axes: TensorValue['axes'] = [],
  leads: TensorValue['leads'] = [],
): TensorValue {
  const type = leads.length === 0 ? expr.type : { ...expr.type, shape: expr.type.shape.slice(leads.length) };
  const known = axes.length === type.shape.length ? axes : type.shape.map(() => undefined);
  return { kind: 'tensor', expr, type, axes: known, leads };
}

const scalarType = (element: ElementType): TensorType => ({ element, shape: [] });

/**
 * A number or truth value as a scalar tensor, to compute with tensors. An integer takes the element type `like`, as in
 * `label == 3`; everything else is f32. Undefined for what is no number.
 */
export function toTensor(value: Value, span: Span, like: ElementType = 'f32'): TensorValue | undefined {
  const integral = like === 'i32' || like === 'u8' ? 'i32' : 'f32';
  switch (value.kind) {
    case 'tensor':
      return value;
    case 'bool':
      return tensorOf({ kind: 'literal', value: value.value ? 1 : 0, type: scalarType('bool'), span });
    case 'float':
      return tensorOf({ kind: 'literal', value: value.value, type: scalarType('f32'), span });
    case 'int': {
      const known = dim.constant(value.dim);
      const type = scalarType(integral);
      if (known !== undefined) return tensorOf({ kind: 'literal', value: known, type, span });
      return tensorOf({ kind: 'size', dim: value.dim, type, span });
    }
    case 'ratio':
      return value.scalar;
    default:
      return undefined;
  }
}
