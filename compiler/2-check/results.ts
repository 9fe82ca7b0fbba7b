/** The results of functions and layers: one tensor, a tuple of them (`-> (f32[N, A], f32[N, B])`), or configuration (`-> int`). */
import type { TypeNode } from '../1-parse/ast.ts';
import type { Callable } from './instantiate.ts';
import { describe } from './show.ts';
import { fail, type Site } from './site.ts';
import type { Value } from './values.ts';

/** The written types of the results, one by one; none where the body decides. */
export function resultNodes(result: TypeNode | undefined): readonly TypeNode[] {
  if (!result) return [];
  return result.kind === 'tuple' ? result.items : [result];
}

/** Whether the written type is one of numbers that are known at compile time. */
export const isConfiguration = (result: TypeNode | undefined): boolean =>
  result !== undefined &&
  (result.kind === 'scalar' ||
    result.kind === 'range' ||
    (result.kind === 'tuple' && result.items.every(isConfiguration)));

/** The body's value as as many parts as are declared; empty (and reported) where it has another number of them. */
export function resultParts(value: Value, { name, result, body }: Callable, inner: Site): readonly Value[] {
  if (value.kind === 'poison') return [];
  const tensors = value.kind === 'tuple' && value.items.some((item) => item.kind === 'tensor');
  if (
    value.kind === 'tuple' &&
    (result?.kind === 'tuple' ? value.items.length === result.items.length : !result && tensors)
  ) {
    return value.items;
  }
  if (result?.kind !== 'tuple') return [value];
  fail(inner, {
    code: 'E0406',
    message: `${name.name} is declared to give ${result.items.length} values, but gives ${describe(value)}`,
    span: (body?.result ?? name).span,
    notes: [{ span: result.span, message: 'declared here' }],
    help: ['a tuple is written `(a, b)`'],
  });
  return [];
}

/** One value, or the tuple that the type or the body's value stands for. */
export const together = (like: TypeNode | Value | undefined, values: readonly Value[]): Value =>
  like?.kind === 'tuple' || values.length !== 1 ? { kind: 'tuple', items: values } : values[0];
