/**
 * Indexing as a view: slices, dropped axes, and axes that a comprehension's variables step through, which become the
 * leading axes that those variables stand for. Gradients flow through it for free.
 */
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import type { Attributes, TensorType } from '../ops/types.ts';
import type { Item } from './indexing.ts';
import { bounds } from './positions.ts';
import { operatorTitle } from './provenance.ts';
import type { Site } from './site.ts';
import type { TypedExpr } from './typed.ts';
import { type Lead, type Origin, type Provenance, type TensorValue, tensorOf } from './values.ts';

/** Undefined where a position is no step through an axis of its own: then it is gathered. */
export function view(tensor: TensorValue, items: readonly Item[], span: Span, site: Site): TensorValue | undefined {
  const own = items.map((item) => (item.kind === 'at' ? item.position.lead : undefined));
  const steps = own.filter((lead) => lead !== undefined);
  const repeated = new Set(steps).size < steps.length || steps.some((lead) => tensor.leads.includes(lead));
  if (repeated || !items.every((item, axis) => isStep(item, tensor.type.shape[axis]))) return undefined;

  const front = tensor.leads.length;
  let { expr } = tensor;
  const apply = (op: string, attributes: Attributes, shape: TensorType['shape']): void => {
    expr = { kind: 'op', op, args: [expr], attributes, type: { ...expr.type, shape }, span };
  };
  const flipped: number[] = [];
  for (const [i, item] of items.entries()) {
    const axis = front + i;
    const [start, end] =
      item.kind === 'slice' ? [item.start, item.end] : item.kind === 'at' ? within(item) : [dim.int(0), dim.int(0)];
    const length = dim.sub(end, start);
    if (!dim.equal(length, expr.type.shape[axis])) {
      const attributes = { axis, start: [start], end: [end] };
      apply('slice', attributes, expr.type.shape.with(axis, length));
    }
    if (item.kind === 'at' && item.position.scale < 0) flipped.push(axis);
  }
  if (flipped.length > 0) apply('flip', { axes: flipped }, expr.type.shape);
  dropPositions(expr, items, front, apply);

  const names: (Lead | undefined)[] = [
    ...tensor.leads,
    ...items.flatMap((item, i) => (item.kind === 'at' && !own[i] ? [] : [own[i]])),
  ];
  const leads = site.leads.filter((lead) => names.includes(lead));
  const order = [...leads.map((lead) => names.indexOf(lead)), ...names.flatMap((name, axis) => (name ? [] : [axis]))];
  if (order.some((from, to) => from !== to)) {
    apply(
      'permute',
      { order },
      order.map((axis) => expr.type.shape[axis]),
    );
  }
  return withOrigins(expr, tensor, items, leads, span);
}

/** Sizes that are known are needed to cut an axis; the whole of one need not be known. */
function isStep(item: Item, size: TensorType['shape'][number]): boolean {
  if (item.kind === 'tensor') return false;
  if (item.kind === 'slice' || !item.position.lead) {
    const [start, end] = item.kind === 'slice' ? [item.start, item.end] : within(item);
    return fits(start, end, size);
  }
  return Math.abs(item.position.scale) === 1 && fits(...within(item), size);
}

const fits = (start: Lead['extent'], end: Lead['extent'], size: Lead['extent']): boolean =>
  least(start) >= 0 && least(dim.sub(size, end)) >= 0;

/** The least value that is known: a batch has at least one sample. */
function least(size: Lead['extent']): number {
  const [symbol, ...others] = dim.symbols(size);
  const line = symbol !== undefined && others.length === 0 ? dim.linear(size, symbol) : undefined;
  if (line && line.perSample > 0) return line.fixed + line.perSample;
  return dim.constant(size) ?? Number.NEGATIVE_INFINITY;
}

const within = ({ position }: Extract<Item, { kind: 'at' }>): [Lead['extent'], Lead['extent']] => {
  const [least, greatest] = bounds(position);
  return [least, dim.add(greatest, dim.int(1))];
};

/** Axes of one position vanish. */
function dropPositions(
  { type: { shape } }: TypedExpr,
  items: readonly Item[],
  front: number,
  apply: (op: string, attributes: Attributes, shape: TensorType['shape']) => void,
): void {
  const kept = shape.filter((_, axis) => {
    const item = items[axis - front];
    return item?.kind !== 'at' || item.position.lead !== undefined;
  });
  if (kept.length < shape.length) apply('reshape', { shape: kept }, kept);
}

/** Whole axes keep their origin; a part of one comes from here. */
function withOrigins(
  expr: TypedExpr,
  tensor: TensorValue,
  items: readonly Item[],
  leads: readonly Lead[],
  span: Span,
): TensorValue {
  const value = tensorOf(expr, [], leads);
  const { type } = value;
  const axes: (Provenance | undefined)[] = [];
  for (const [axis, item] of items.entries()) {
    if (item.kind !== 'slice') continue;
    const from = tensor.axes[axis];
    const whole = dim.equal(dim.sub(item.end, item.start), tensor.type.shape[axis]);
    const arithmetic = `${dim.show(item.end)} - ${dim.show(item.start)}`;
    const origin = (): Origin => ({ from: from ? [from] : [], arithmetic });
    axes.push(whole ? from : { span, type, axis: axes.length, what: operatorTitle('slice', span), origin });
  }
  return tensorOf(expr, axes, leads);
}
