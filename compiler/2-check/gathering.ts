/**
 * Indexing by positions that only run time knows, as NumPy's advanced indexing: `weight[token]`, `image[c, to_i32(y), x]`.
 * Makes the operator `gather`, which wants one position for every axis and reads 0 outside of the tensor.
 */
import type { Expression } from '../1-parse/ast.ts';
import { dim } from '../dim/dim.ts';
import { broadcastShapes, showType } from '../ops/infer.ts';
import type { TensorType } from '../ops/types.ts';
import type { Item } from './indexing.ts';
import { jointLeads, spread, withLeads } from './leads.ts';
import { givenAxes, operatorTitle } from './provenance.ts';
import { fail, type Site } from './site.ts';
import type { TypedExpr } from './typed.ts';
import { type Lead, type Position, type TensorValue, tensorOf, type Value } from './values.ts';

type Span = TypedExpr['span'];
type Shape = TensorType['shape'];

export function gather(
  tensor: TensorValue,
  items: readonly Item[],
  { span }: Extract<Expression, { kind: 'index' }>,
  site: Site,
): Value {
  const positions = items.map((item) => (item.kind === 'slice' ? undefined : positionTensor(item, span)));
  const given = positions.filter((value) => value !== undefined);
  const joint = broadcastShapes(given.map(({ type }) => type));
  if ('problem' in joint) {
    return fail(site, {
      code: 'E0306',
      message: `the positions ${given.map(({ type }) => showType(type)).join(' and ')} do not fit together`,
      span,
      help: ['positions are aligned from the last axis; sizes must be equal, or one of them 1'],
    });
  }
  const first = items.findIndex((item) => item.kind !== 'slice');
  const last = items.findLastIndex((item) => item.kind !== 'slice');
  if (joint.length > 0 && items.slice(first, last).some((item) => item.kind === 'slice')) {
    return fail(site, {
      code: 'E0308',
      message: 'positions that are tensors must stand side by side',
      span,
      help: ['bring their axes together with `permute` first'],
    });
  }
  // The result's own axes: slices keep theirs, the positions' joint shape stands where the first of them stands.
  const shape: Lead['extent'][] = [];
  const at = items.map((item, axis) => {
    const here = shape.length;
    if (item.kind === 'slice') shape.push(dim.sub(item.end, item.start));
    else if (axis === first) shape.push(...joint);
    return here;
  });
  const leads = jointLeads([tensor, ...given], site.leads);
  const type: TensorType = { ...tensor.type, shape };
  const jointAt = at[first] ?? 0;
  const indices = items.map((item, axis) => {
    const value = positions[axis];
    if (value) return placed(value, jointAt + joint.length - value.type.shape.length, shape.length);
    const start = item.kind === 'slice' ? item.start : dim.int(0);
    return placed(range(start, shape[at[axis]], span), at[axis], shape.length);
  });
  const own = tensor.leads.map((lead) => range(dim.int(0), lead.extent, span, lead));
  const args = [...own, ...indices].map((value) => whole(value, leads, shape).expr);
  const expr: TypedExpr = {
    kind: 'op',
    op: 'gather',
    args: [tensor.expr, ...args],
    attributes: {},
    type: withLeads(type, leads),
    span,
  };
  const what = site.checker.isLibrary(span.file) ? undefined : operatorTitle('gather', span);
  return tensorOf(expr, givenAxes(span, type, what), leads);
}

const i32 = (shape: Shape): TensorType => ({ element: 'i32', shape });

/** `start`, `start + 1`, … as an axis, or as what a variable stands for. */
function range(start: Lead['extent'], length: Lead['extent'], span: Span, lead?: Lead): TensorValue {
  const shape = [length];
  const iota: TypedExpr = { kind: 'op', op: 'iota', args: [], attributes: { shape, axis: 0 }, type: i32(shape), span };
  return tensorOf(offsetBy(iota, start, span), [], lead ? [lead] : []);
}

function offsetBy(expr: TypedExpr, offset: Lead['extent'], span: Span): TypedExpr {
  if (dim.constant(offset) === 0) return expr;
  return { kind: 'op', op: 'add', args: [expr, sizeOf(offset, span)], attributes: {}, type: expr.type, span };
}

function sizeOf(size: Lead['extent'], span: Span): TypedExpr {
  const value = dim.constant(size);
  return value === undefined
    ? { kind: 'size', dim: size, type: i32([]), span }
    : { kind: 'literal', value, type: i32([]), span };
}

function positionTensor(item: Exclude<Item, { kind: 'slice' }>, span: Span): TensorValue {
  return item.kind === 'tensor' ? item.value : fromPosition(item.position, span);
}

/** `scale * variable + offset` as a tensor. */
function fromPosition({ lead, scale, offset }: Position, span: Span): TensorValue {
  if (!lead) return tensorOf(sizeOf(offset, span));
  const variable = range(dim.int(0), lead.extent, span, lead);
  const { type } = variable.expr;
  const scaled: TypedExpr =
    scale === 1
      ? variable.expr
      : {
          kind: 'op',
          op: 'mul',
          args: [variable.expr, sizeOf(dim.int(scale), span)],
          attributes: {},
          type,
          span,
        };
  return tensorOf(offsetBy(scaled, offset, span), [], [lead]);
}

/** The value's axes from `at` on among `rank`, with sizes of 1 around them. */
function placed(value: TensorValue, at: number, rank: number): TensorValue {
  const { type, leads, expr } = value;
  const one = dim.int(1);
  const own = Array.from({ length: rank }, (_, axis) => type.shape[axis - at] ?? one);
  const shape = [...leads.map(({ extent }) => extent), ...own];
  if (rank === type.shape.length) return value;
  const reshaped: TypedExpr = {
    kind: 'op',
    op: 'reshape',
    args: [expr],
    attributes: { shape },
    type: { ...expr.type, shape },
    span: expr.span,
  };
  return tensorOf(reshaped, [], leads);
}

/** Repeated to the whole shape, along all variables. */
function whole(value: TensorValue, leads: readonly Lead[], shape: Shape): TensorValue {
  const spreadOut = spread(value, leads);
  const { expr } = spreadOut;
  const type = withLeads({ element: 'i32', shape }, leads);
  if (expr.type.shape.every((size, axis) => dim.equal(size, type.shape[axis]))) return spreadOut;
  const attributes = { shape: type.shape };
  return tensorOf({ kind: 'op', op: 'broadcast_to', args: [expr], attributes, type, span: expr.span }, [], leads);
}
