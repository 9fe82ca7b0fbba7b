/** Random views: reshapes, permutations, slices, pads, flips, concatenations, repetitions. */
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import { sameShape } from '../../compiler/ops/infer.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import type { Draw } from './draw.ts';
import type { Pool } from './pool.ts';

type View = (pool: Pool, x: Value) => Value | undefined;

const fixedAxes = ({ type }: Value): number[] =>
  type.shape.flatMap((size, axis) => (dim.constant(size) === undefined ? [] : [axis]));

/** A drawn factorisation of a number, sizes of 1 strewn in. */
function factors(draw: Draw, count: number): Dim[] {
  const sizes: Dim[] = [];
  let left = count;
  while (left > 1) {
    const divisors = Array.from({ length: left - 1 }, (_, i) => i + 2).filter((d) => left % d === 0);
    const size = draw.pick(divisors);
    sizes.push(dim.int(size));
    left /= size;
  }
  if (draw.chance(0.3)) sizes.splice(draw.between(0, sizes.length), 0, dim.int(1));
  return sizes;
}

const reshape: View = (pool, x) => {
  const { draw } = pool;
  const { shape } = x.type;
  const batch = shape.findIndex((size) => dim.constant(size) === undefined);
  const count = (sizes: readonly Dim[]): number => dim.constant(dim.product(sizes)) ?? 1;
  if (batch < 0) return pool.try('reshape', [x], { shape: factors(draw, count(shape)) });
  const [before, after] = [shape.slice(0, batch), shape.slice(batch + 1)];
  // Axes behind the batch may join it: [N, T, C] -> [N * T, C].
  const joins = before.length === 0 && after.length > 0 && draw.chance(0.15);
  const whole = joins ? dim.mul(shape[batch], after[0]) : shape[batch];
  const rest = joins ? after.slice(1) : after;
  return pool.try('reshape', [x], { shape: [...factors(draw, count(before)), whole, ...factors(draw, count(rest))] });
};

const permute: View = (pool, x) =>
  pool.try('permute', [x], { order: pool.draw.shuffled(x.type.shape.map((_, i) => i)) });

const slice: View = (pool, x) => {
  const { draw } = pool;
  const axis = draw.pick(fixedAxes(x));
  if (axis === undefined) return undefined;
  const size = dim.constant(x.type.shape[axis]) ?? 1;
  const start = draw.between(0, size - 1);
  return pool.try('slice', [x], { axis, start, end: draw.between(start + 1, size) });
};

const pad: View = (pool, x) => {
  const { draw } = pool;
  const fixed = fixedAxes(x);
  const sides = (): number[] => x.type.shape.map((_, axis) => (fixed.includes(axis) ? draw.pick([0, 0, 1, 2]) : 0));
  return pool.try('pad', [x], { before: sides(), after: sides(), value: draw.pick([0, 0, 1]) });
};

const flip: View = (pool, x) => {
  const axes = x.type.shape.map((_, axis) => axis).filter(() => pool.draw.chance(0.5));
  return pool.try('flip', [x], { axes });
};

const concat: View = (pool, x) => {
  const { draw } = pool;
  const { element, shape } = x.type;
  const batch = shape.findIndex((size) => dim.constant(size) === undefined);
  // Along the batch only with as many samples: the batch is what a kernel's size is counted in.
  const axis = draw.chance(0.15) && batch >= 0 ? batch : draw.pick(fixedAxes(x));
  if (axis === undefined || shape.length === 0) return undefined;
  const fits = (other: Value): boolean =>
    other.type.element === element &&
    sameShape(other.type.shape.with(axis, shape[axis]), shape) &&
    (sameShape(other.type.shape, shape) || (axis !== batch && dim.constant(other.type.shape[axis]) !== undefined));
  const found = pool.find((other) => other.type.shape.length === shape.length && fits(other));
  const other = found && draw.chance(0.7) ? found : pool.fresh(element, shape);
  return pool.try('concat', draw.chance(0.5) ? [x, other] : [other, x], { axis });
};

const repeat: View = (pool, x) => {
  const { draw } = pool;
  const shape = x.type.shape.map((size) => (dim.constant(size) === 1 ? dim.int(pool.size()) : size));
  const lead = draw.chance(0.3) ? [dim.int(pool.size())] : [];
  return pool.try('broadcast_to', [x], { shape: [...lead, ...shape] });
};

const views: readonly View[] = [reshape, reshape, permute, permute, slice, pad, flip, concat, concat, repeat];

export function movement(pool: Pool): Value | undefined {
  const x = pool.find(({ type }) => type.shape.length > 0 || pool.draw.chance(0.1));
  const moved = x && pool.draw.pick(views)(pool, x);
  if (moved && x && pool.natural.has(x.id) && pool.g.node(moved).inputs.every((id) => pool.natural.has(id)))
    pool.natural.add(moved.id);
  return moved;
}
