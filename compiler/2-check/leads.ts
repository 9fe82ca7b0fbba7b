/**
 * Values inside a comprehension. The source sees one element at a time; the typed tree computes all of them at once: a
 * variable becomes a leading axis of whatever depends on it, as `jax.vmap` does. Here values are brought to the same
 * leading axes, and operators' attributes are moved behind them. The comprehension itself is in `comprehension.ts`.
 */
import { dim } from '../dim/dim.ts';
import { sameShape } from '../ops/infer.ts';
import type { Attributes, AttributeValue, TensorType } from '../ops/types.ts';
import type { TypedExpr } from './typed.ts';
import { type Lead, type TensorValue, tensorOf } from './values.ts';

/** The variables that any of the values depends on, in the order of `around`, which holds them all. */
export const jointLeads = (values: readonly TensorValue[], around: readonly Lead[]): readonly Lead[] =>
  around.filter((lead) => values.some(({ leads }) => leads.includes(lead)));

/** A type with the variables' axes in front. */
export const withLeads = (type: TensorType, leads: readonly Lead[]): TensorType =>
  leads.length === 0 ? type : { ...type, shape: [...leads.map(({ extent }) => extent), ...type.shape] };

/**
 * The value's expression, ready to be broadcast against others of these variables and of `rank` own axes: sizes of 1
 * stand where it lacks one.
 */
export function lift(value: TensorValue, leads: readonly Lead[], rank: number): TypedExpr {
  const { expr, type } = value;
  if (value.leads.length === 0) return expr;
  const one = dim.int(1);
  const shape = [
    ...leads.map((lead) => (value.leads.includes(lead) ? lead.extent : one)),
    ...Array.from({ length: rank - type.shape.length }, () => one),
    ...type.shape,
  ];
  return reshapeTo(expr, shape);
}

function reshapeTo(expr: TypedExpr, shape: TensorType['shape']): TypedExpr {
  if (sameShape(expr.type.shape, shape)) return expr;
  const type = { ...expr.type, shape };
  return { kind: 'op', op: 'reshape', args: [expr], attributes: { shape }, type, span: expr.span };
}

/** The value with exactly these variables in front, repeated along those that it does not depend on. */
export function spread(value: TensorValue, leads: readonly Lead[]): TensorValue {
  const type = withLeads(value.type, leads);
  const lifted = lift(value, leads, value.type.shape.length);
  if (sameShape(lifted.type.shape, type.shape)) return tensorOf(lifted, value.axes, leads);
  const expr: TypedExpr = {
    kind: 'op',
    op: 'broadcast_to',
    args: [lifted],
    attributes: { shape: type.shape },
    type,
    span: lifted.span,
  };
  return tensorOf(expr, value.axes, leads);
}

/**
 * An operator's attributes with the variables' axes put in front of its inputs'. Goes by the attributes' names, as
 * `attributes.ts` does; undefined where an operator knows its inputs' axes by heart (a convolution's windows).
 */
export function behindLeads(attributes: Attributes, leads: readonly Lead[]): Attributes | undefined {
  const count = leads.length;
  const front = leads.map((_, axis) => axis);
  const moved = (list: AttributeValue): number[] =>
    Array.isArray(list) ? list.map((axis) => (typeof axis === 'number' ? axis + count : 0)) : [];
  const entries = Object.entries(attributes).map(([name, value]): [string, AttributeValue] | undefined => {
    switch (name) {
      case 'axis':
        return [name, typeof value === 'number' ? value + count : value];
      case 'axes':
        return [name, moved(value)];
      case 'order':
        return [name, [...front, ...moved(value)]];
      case 'shape':
        return [name, [...leads.map(({ extent }) => extent), ...dimsIn(value)]];
      case 'before':
      case 'after':
        return [name, [...front.map(() => 0), ...moved(value).map((size) => size - count)]];
      case 'keepdim':
      case 'start':
      case 'end':
      case 'value':
        return [name, value];
      default:
        return undefined;
    }
  });
  const known = entries.filter((entry) => entry !== undefined);
  return known.length === entries.length ? Object.fromEntries(known) : undefined;
}

const dimsIn = (value: AttributeValue): TensorType['shape'] =>
  Array.isArray(value) ? value.flatMap((size) => (typeof size === 'object' ? [size] : [])) : [];
