/**
 * `x[0]`, `S[1:]`, `S[(0, 2)]` over tuples (the sizes of a tensor, above all), with positions that are known at compile
 * time: one element, or a tuple of those in a range or at several positions. Positions may be counted from the end.
 */
import type { Expression, IndexItem } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { describe } from './show.ts';
import { fail, type Site } from './site.ts';
import { asNumber, poison, type Value } from './values.ts';

type Index = Extract<Expression, { kind: 'index' }>;

export function indexTuple(expression: Index, items: readonly Value[], site: Site): Value {
  const [item] = expression.indices;
  if (expression.indices.length !== 1 || !item) {
    return fail(site, {
      code: 'E0406',
      message: 'a tuple has one axis',
      span: expression.span,
      help: ['for example padding[0], padding.0, S[1:]'],
    });
  }
  return item.kind === 'slice' ? slice(item, items, site) : elements(item.value, items, site);
}

function elements(index: Expression, items: readonly Value[], site: Site): Value {
  const value = site.checker.evaluate(index, site);
  if (value.kind !== 'tuple') {
    const at = position(value, index.span, items.length, false, site);
    return at === undefined ? poison : items[at];
  }
  const positions = value.items.map((each) => position(each, index.span, items.length, false, site));
  const known = positions.filter((at) => at !== undefined);
  return known.length === positions.length ? { kind: 'tuple', items: known.map((at) => items[at]) } : poison;
}

function slice({ from, to }: Extract<IndexItem, { kind: 'slice' }>, items: readonly Value[], site: Site): Value {
  const at = (end: Expression | undefined, otherwise: number): number | undefined =>
    end ? position(site.checker.evaluate(end, site), end.span, items.length, true, site) : otherwise;
  const [start, end] = [at(from, 0), at(to, items.length)];
  return start === undefined || end === undefined ? poison : { kind: 'tuple', items: items.slice(start, end) };
}

/** Counted from the start; undefined (and reported) where there is none. The end of a range may be the size itself. */
function position(value: Value, span: Span, size: number, end: boolean, site: Site): number | undefined {
  if (value.kind === 'poison') return undefined;
  const number = value.kind === 'int' ? asNumber(value) : undefined;
  const at = number !== undefined && number < 0 ? number + size : number;
  if (at !== undefined && at >= 0 && (at < size || (end && at === size))) return at;
  fail(site, {
    code: number === undefined ? 'E0404' : 'E0308',
    message:
      number === undefined
        ? `a position must be an integer known at compile time, not ${describe(value)}`
        : `there is no position ${number} in a tuple of ${size}`,
    span,
    help: [size === 0 ? 'the tuple is empty' : `the positions are 0 to ${size - 1}, or -${size} to -1 from the end`],
  });
  return undefined;
}
