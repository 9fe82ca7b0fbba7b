/** Rows and columns at the end of an image that no window of a convolution or pooling reads. */
import { dim } from '../dim/dim.ts';
import { pairOf } from '../ops/attributes.ts';
import { lookup } from '../ops/registry.ts';
import type { Window } from '../ops/types.ts';
import { spanOf, windowsOf } from '../ops/window.ts';
import type { TypedExpr, TypedInstance } from './typed.ts';
import { visitExpr } from './walk.ts';

type Operator = Extract<TypedExpr, { kind: 'op' }>;

/** Whether an operator slides windows over images, [N, C, H, W]. */
const slides = ({ op, attributes, args }: Operator): boolean =>
  'stride' in attributes &&
  'padding' in attributes &&
  args[0]?.type.shape.length === 4 &&
  ['contraction', 'reduction'].includes(lookup(op)?.kind ?? '');

function windows({ attributes, args }: Operator): readonly Window[] | undefined {
  if ('kernel' in attributes) return windowsOf(attributes, pairOf(attributes, 'kernel'));
  const [rows, columns] = (args[1]?.type.shape ?? []).slice(-2).map((size) => dim.constant(size));
  return rows === undefined || columns === undefined ? undefined : windowsOf(attributes, [rows, columns]);
}

/**
 * How many rows (and columns) of its input are left over at the end. Where windows stand apart on purpose, as in a 1x1
 * convolution of stride 2, what would lie between two windows is not left over.
 */
export function unreadOf(expr: TypedExpr): readonly [rows: number, columns: number] {
  if (expr.kind !== 'op' || !slides(expr)) return [0, 0];
  const [rows, columns] = (windows(expr) ?? []).map((window, i) => {
    const size = dim.constant(expr.args[0].type.shape[2 + i]);
    const count = dim.constant(expr.type.shape[2 + i]);
    if (size === undefined || count === undefined) return 0;
    const end = (count - 1) * window.stride + spanOf(window) - window.padding;
    const apart = Math.max(0, window.stride - spanOf(window));
    return size - end > apart ? size - end : 0;
  });
  return [rows ?? 0, columns ?? 0];
}

/** The same for axis 2 or 3 of the result of a layer or function whose body has one such operator. */
export function unreadBy(instance: TypedInstance, axis: number): number | undefined {
  if (axis < 2 || axis > 3) return undefined;
  const found: number[] = [];
  const { lets, results } = instance.body;
  for (const expr of [...results, ...lets.map(({ value }) => value)]) {
    visitExpr(expr, (part) => {
      if (part.kind === 'op' && slides(part)) found.push(unreadOf(part)[axis === 2 ? 0 : 1]);
    });
  }
  return found.length === 1 && found[0] > 0 ? found[0] : undefined;
}
