/**
 * Integers of the form `scale * variable + offset`, followed through arithmetic: what makes `image[c, y, W - 1 - x]` a
 * view, and lets a position that lies outside of its axis be found at compile time.
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Position, TensorValue } from './values.ts';

/** The form of an elementwise operator's result, where its arguments have one. */
export function positionOf(op: string, args: readonly TensorValue[]): Position | undefined {
  const [a, b] = args.map(formOf);
  if (!a || (args.length > 1 && !b)) return undefined;
  if (op === 'neg') return { ...a, scale: -a.scale, offset: dim.sub(dim.int(0), a.offset) };
  if (!b || (a.lead && b.lead)) return undefined;
  const lead = a.lead ?? b.lead;
  switch (op) {
    case 'add':
      return { lead, scale: a.scale + b.scale, offset: dim.add(a.offset, b.offset) };
    case 'sub':
      return { lead, scale: a.scale - b.scale, offset: dim.sub(a.offset, b.offset) };
    case 'mul': {
      const [form, other] = a.lead ? [a, b] : [b, a];
      const factor = dim.constant(other.offset);
      return factor === undefined
        ? undefined
        : { lead, scale: form.scale * factor, offset: dim.mul(form.offset, other.offset) };
    }
    default:
      return undefined;
  }
}

function formOf({ type, expr, position }: TensorValue): Position | undefined {
  if (position || type.element !== 'i32' || type.shape.length > 0) return position;
  if (expr.kind === 'size') return { scale: 0, offset: expr.dim };
  return expr.kind === 'literal' ? { scale: 0, offset: dim.int(expr.value) } : undefined;
}

/** The least and the greatest value. */
export function bounds({ lead, scale, offset }: Position): readonly [Dim, Dim] {
  if (!lead || scale === 0) return [offset, offset];
  const last = dim.add(offset, dim.mul(dim.int(scale), dim.sub(lead.extent, dim.int(1))));
  return scale > 0 ? [offset, last] : [last, offset];
}
