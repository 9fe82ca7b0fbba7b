/** `x[0]`, `x[1:3]`, `x[:, -1]` over tensors, with positions that are known at compile time; for tuples see `tuples.ts`. */
import type { Expression, IndexItem } from '../1-parse/ast.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import { describe } from './show.ts';
import { fail, type Site } from './site.ts';
import { indexTuple } from './tuples.ts';
import { asNumber, intValue, poison, type TensorValue, type Value } from './values.ts';

type Index = Extract<Expression, { kind: 'index' }>;

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

/** A position that is known, counted from the start; undefined (and reported) otherwise. */
function position(value: Expression, size: number | undefined, end: boolean, site: Site): number | undefined {
  const given = site.checker.evaluate(value, site);
  if (given.kind === 'poison') return undefined;
  const number = given.kind === 'int' ? asNumber(given) : undefined;
  if (number === undefined) {
    fail(site, {
      code: 'E0211',
      message: `a position must be an integer known at compile time, not ${describe(given)}`,
      span: value.span,
      help: ['for example x[0] or x[1:3]'],
    });
    return undefined;
  }
  const at = number < 0 && size !== undefined ? number + size : number;
  if (at >= 0 && (size === undefined || at < size || (end && at === size))) return at;
  fail(site, {
    code: 'E0308',
    message: `there is no position ${number}${size === undefined ? '' : ` on an axis of ${size}`}`,
    span: value.span,
    help: [size === undefined ? 'positions count from 0' : `the positions are 0 to ${size - 1}`],
  });
  return undefined;
}

function indexTensor(expression: Index, tensor: TensorValue, site: Site): Value {
  const { shape } = tensor.type;
  if (expression.indices.length > shape.length) {
    return fail(site, {
      code: 'E0303',
      message: `${expression.indices.length} positions are given for ${showType(tensor.type)}`,
      span: expression.span,
      help: [`it has ${shape.length} ${shape.length === 1 ? 'axis' : 'axes'}`],
    });
  }
  let value: Value = tensor;
  const dropped = new Set<number>();
  for (const [axis, item] of expression.indices.entries()) {
    const size = dim.constant(shape[axis]);
    const range = rangeOf(item, size, site);
    if (!range) return poison;
    if (item.kind === 'at') dropped.add(axis);
    if (range === 'all') continue;
    const options = { axis: intValue(axis), start: intValue(range.start), end: intValue(range.end) };
    value = site.checker.intrinsic('slice', [value], options, expression.span, site);
  }
  if (dropped.size === 0 || value.kind !== 'tensor') return value;
  const kept = value.type.shape.filter((_, axis) => !dropped.has(axis)).map((size) => intValue(size));
  return site.checker.intrinsic('reshape', [value], { shape: { kind: 'tuple', items: kept } }, expression.span, site);
}

function rangeOf(
  item: IndexItem,
  size: number | undefined,
  site: Site,
): { readonly start: number; readonly end: number } | 'all' | undefined {
  if (item.kind === 'at') {
    const at = position(item.value, size, false, site);
    return at === undefined ? undefined : { start: at, end: at + 1 };
  }
  if (!item.from && !item.to) return 'all';
  const start = item.from ? position(item.from, size, true, site) : 0;
  const end = item.to ? position(item.to, size, true, site) : size;
  if (start !== undefined && end !== undefined) return { start, end };
  if (start !== undefined && !item.to) {
    fail(site, {
      code: 'E0211',
      message: 'a slice of the batch needs its end',
      span: item.span,
      help: ['write x[1:3]; the batch is known only at run time'],
    });
  }
  return undefined;
}
