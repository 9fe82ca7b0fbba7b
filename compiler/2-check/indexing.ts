/**
 * `x[0]`, `x[1:3]`, `x[c, y, W - 1 - x]`, `weight[token]` over tensors (tuples: `tuples.ts`). Positions that are known, and
 * those that step through an axis with a comprehension's variable, make views; what is known only at run time is
 * gathered (`gathering.ts`). A known position outside of its axis is an error; at run time it reads 0.
 */
import type { Expression, IndexItem } from '../1-parse/ast.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import { gather } from './gathering.ts';
import { bounds } from './positions.ts';
import { describe, textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import { indexTuple } from './tuples.ts';
import { type Position, poison, type TensorValue, toTensor, type Value } from './values.ts';
import { view } from './views.ts';

type Index = Extract<Expression, { kind: 'index' }>;
type Size = TensorValue['type']['shape'][number];

/** What stands for one axis of the indexed tensor. */
export type Item =
  /** One position, which drops the axis. */
  | { readonly kind: 'at'; readonly position: Position }
  /** Positions that are known at run time only, or follow no simple rule. */
  | { readonly kind: 'tensor'; readonly value: TensorValue }
  /** A range, which keeps it. */
  | { readonly kind: 'slice'; readonly start: Size; readonly end: Size };

export function evaluateIndex(expression: Index, site: Site): Value {
  const object = site.checker.evaluate(expression.object, site);
  if (object.kind === 'poison') return poison;
  if (object.kind === 'tuple') return indexTuple(expression, object.items, site);
  if (object.kind === 'tensor') return indexTensor(expression, object, site);
  return fail(site, {
    code: 'E0406',
    message: `${describe(object)} cannot be indexed`,
    span: expression.span,
    help: ['tensors and tuples are indexed: x[0], x[1:3]'],
  });
}

function indexTensor(expression: Index, tensor: TensorValue, site: Site): Value {
  const { shape } = tensor.type;
  if (expression.indices.length > shape.length) {
    return fail(site, {
      code: 'E0303',
      message: `${expression.indices.length} positions are given for ${showType(tensor.type)}`,
      span: expression.span,
      label: `${expression.indices.length} positions`,
      help: [`it has ${shape.length} ${shape.length === 1 ? 'axis' : 'axes'}`],
    });
  }
  const items: Item[] = [];
  for (const [axis, size] of shape.entries()) {
    const written = expression.indices[axis];
    const item = written ? itemOf(written, size, site) : { kind: 'slice' as const, start: dim.int(0), end: size };
    if (!item) return poison;
    items.push(item);
  }
  return view(tensor, items, expression.span, site) ?? gather(tensor, items, expression, site);
}

function itemOf(written: IndexItem, size: Size, site: Site): Item | undefined {
  if (written.kind === 'at') return positionItem(written.value, size, site);
  const start = written.from ? endOf(written.from, size, site) : dim.int(0);
  const end = written.to ? endOf(written.to, size, site) : size;
  if (!start || !end) return undefined;
  if ((dim.constant(dim.sub(end, start)) ?? 1) > 0) return { kind: 'slice', start, end };
  fail(site, {
    code: 'E0308',
    message: `the slice ${textAt(written.span)} of an axis of ${dim.show(size)} has no elements`,
    span: written.span,
    help: ['`x[1:3]` are the positions 1 and 2'],
  });
  return undefined;
}

function positionItem(written: Expression, size: Size, site: Site): Item | undefined {
  const value = site.checker.evaluate(written, site);
  if (value.kind === 'poison') return undefined;
  if (value.kind === 'int') {
    const number = dim.constant(value.dim);
    const offset = number !== undefined && number < 0 ? dim.add(value.dim, size) : value.dim;
    return within({ scale: 0, offset }, dim.show(value.dim), size, written, site);
  }
  const tensor = value.kind === 'tensor' || value.kind === 'ratio' ? toTensor(value, written.span) : undefined;
  if (tensor?.type.element === 'i32' && fitsClasses(tensor, size, written, site)) {
    if (!tensor.position) return { kind: 'tensor', value: tensor };
    return within(tensor.position, textAt(written.span), size, written, site);
  }
  if (tensor?.type.element === 'i32') return undefined;
  fail(site, {
    code: 'E0404',
    message: `a position must be an integer, not ${describe(value)}`,
    span: written.span,
    help: [
      tensor?.type.element === 'f32'
        ? 'to_i32(floor(x)) makes integers of real numbers'
        : 'for example x[0], x[1:3], x[i] in a comprehension, or x[label]',
    ],
  });
  return undefined;
}

/** A position in its axis; reported where it is known to leave it. */
function within(position: Position, shown: string, size: Size, written: Expression, site: Site): Item | undefined {
  const [least, greatest] = bounds(position);
  const below = (dim.constant(least) ?? 0) < 0;
  const above = (dim.constant(dim.sub(dim.sub(size, dim.int(1)), greatest)) ?? 0) < 0;
  if (!below && !above) return { kind: 'at', position };
  const last = dim.sub(size, dim.int(1));
  const reached = dim.show(below ? least : greatest);
  fail(site, {
    code: 'E0308',
    message: position.lead
      ? `the position ${shown} reaches ${reached} on an axis of ${dim.show(size)}`
      : `there is no position ${shown} on an axis of ${dim.show(size)}`,
    span: written.span,
    help: [
      `the positions are 0 to ${dim.show(last)}${position.lead ? '; let the index run over less, or `pad` the tensor' : ''}`,
    ],
  });
  return undefined;
}

/** A class index can take any value below its number of classes. */
function fitsClasses(tensor: TensorValue, size: Size, written: Expression, site: Site): boolean {
  const { classes } = tensor.type;
  const more = classes && dim.constant(dim.sub(classes, size));
  if (more === undefined || more <= 0) return true;
  fail(site, {
    code: 'E0308',
    message: `${textAt(written.span)} is one of ${dim.show(classes ?? size)} classes, and the axis has ${dim.show(size)} positions`,
    span: written.span,
    help: ['make the axis as long as there are classes'],
  });
  return false;
}

/** An end of a slice, counted from the start, at most the axis's size. */
function endOf(written: Expression, size: Size, site: Site): Size | undefined {
  const value = site.checker.evaluate(written, site);
  if (value.kind === 'poison') return undefined;
  if (value.kind === 'int') {
    const number = dim.constant(value.dim);
    const end = number !== undefined && number < 0 ? dim.add(value.dim, size) : value.dim;
    const beyond = (dim.constant(end) ?? 0) < 0 || (dim.constant(dim.sub(size, end)) ?? 0) < 0;
    if (!beyond) return end;
  }
  fail(site, {
    code: value.kind === 'int' ? 'E0308' : 'E0404',
    message:
      value.kind === 'int'
        ? `there is no position ${dim.show(value.dim)} on an axis of ${dim.show(size)}`
        : `a slice ends at a size that is known at compile time, not at ${describe(value)}`,
    span: written.span,
    help: [
      value.kind === 'int' ? `the positions are 0 to ${dim.show(dim.sub(size, dim.int(1)))}` : 'for example x[1:3]',
    ],
  });
  return undefined;
}
