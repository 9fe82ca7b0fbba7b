/** Random reads at index tensors: counted, mirrored, shifted, from data, from fractions; and sums over what was read. */
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import { broadcastShapes, sameShape } from '../../compiler/ops/infer.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import type { ElementType } from '../../compiler/ops/types.ts';
import type { Pool } from './pool.ts';

/** Elements read times elements that there are: what a gradient's search may cost over the largest batch. */
const MOST_PAIRS = 60_000;

/** One index: numbers of the shape, meant for an axis of `size`, some of them out of range. */
type Index = (pool: Pool, shape: readonly Dim[], size: Dim, nth: number) => Value | undefined;

const int = (pool: Pool, value: number): Value => pool.g.constant(value, [], 'i32');

/** The axes of the shape counted: the nth most often, so that each index has its own. */
const counted: Index = ({ g, draw }, shape, _size, nth) => {
  if (shape.length === 0) return undefined;
  const axis = draw.chance(0.8) ? nth % shape.length : draw.between(0, shape.length - 1);
  const alone = draw.chance(0.3);
  if (!alone) return g.op('iota', [], { shape, axis });
  const line = g.op('iota', [], { shape: [shape[axis]], axis: 0 });
  return g.reshape(line, [shape[axis], ...shape.slice(axis + 1).map(() => dim.int(1))]);
};

const shifted: Index = (pool, shape, size, nth) => {
  const { g, draw } = pool;
  const index = counted(pool, shape, size, nth);
  if (!index) return undefined;
  switch (draw.between(0, 3)) {
    case 0:
      return g.sub(g.sizeOf(dim.sub(size, dim.int(1)), 'i32'), index);
    case 1:
      return g.add(index, int(pool, draw.between(-2, 2)));
    case 2:
      return g.add(g.mul(index, int(pool, 2)), int(pool, draw.between(-1, 1)));
    default:
      return g.where(pool.fresh('bool', draw.chance(0.5) ? [] : shape), index, g.neg(index));
  }
};

/** Numbers from memory, the same along some axes perhaps. */
const stored: Index = (pool, shape) => {
  const { g, draw } = pool;
  const kept = shape.map((size) => (draw.chance(0.6) ? size : dim.int(1)));
  const element = draw.pick<ElementType>(['i32', 'i32', 'u8']);
  const numbers = pool.fresh(element, kept);
  return element === 'u8' ? g.op('to_i32', [numbers]) : numbers;
};

const found: Index = (pool, shape) =>
  pool.find(({ type }) => type.element === 'i32' && fits(type.shape, shape)) ?? undefined;

const fraction: Index = (pool, shape) => {
  const { g, draw } = pool;
  const x = pool.find(({ type }) => type.element === 'f32' && fits(type.shape, shape));
  const scaled = x && g.mul(g.op('tanh', [x]), g.constant(draw.pick([2.3, 5.1])));
  return scaled && g.op('to_i32', [g.op('floor', [draw.chance(0.7) ? g.op('abs', [scaled]) : scaled])]);
};

const fixed: Index = (pool, _shape, size) => int(pool, pool.draw.between(0, (dim.constant(size) ?? 2) - 1));

const indices: readonly Index[] = [counted, counted, shifted, shifted, stored, stored, found, fraction, fixed];

function fits(from: readonly Dim[], to: readonly Dim[]): boolean {
  const shape = broadcastShapes([from, to].map((sizes) => ({ element: 'i32', shape: sizes })));
  return !('problem' in shape) && sameShape(shape, to);
}

/** What is made of a tensor: its own shape, another value's, or a new one. */
function shapeFor(pool: Pool, x: Value): readonly Dim[] {
  const { draw } = pool;
  if (draw.chance(0.35)) return x.type.shape;
  if (draw.chance(0.3)) return draw.shuffled(x.type.shape);
  const other = pool.find(({ type }) => pool.elements(type.shape) <= 600);
  if (other && draw.chance(0.5)) return other.type.shape;
  const sizes = Array.from({ length: draw.between(0, 3) }, () => dim.int(pool.size()));
  return draw.chance(0.5) ? [dim.symbol('N'), ...sizes] : sizes;
}

export function gathering(pool: Pool): Value | undefined {
  const { g, draw } = pool;
  const x = pool.find(({ type }) => type.shape.length > 0 && type.shape.length <= 5 && type.element !== 'f16');
  if (!x) return undefined;
  const shape = shapeFor(pool, x);
  if (pool.symbols(shape) > 1 || pool.elements(shape) * pool.elements(x.type.shape) > MOST_PAIRS) return undefined;
  const counting = draw.chance(0.25);
  const positions = x.type.shape.map((size, axis): Value => {
    const index = draw.pick(counting ? indices.slice(0, 4) : indices)(pool, shape, size, axis);
    return g.broadcastTo(index ?? int(pool, 0), shape);
  });
  if (draw.chance(0.15) && x.type.element === 'f32') {
    const dy = pool.find(({ type }) => type.element === 'f32' && fits(type.shape, shape)) ?? pool.fresh('f32', shape);
    return pool.try('gather_grad', [g.broadcastTo(dy, shape), ...positions], { shape: x.type.shape });
  }
  const value = pool.try('gather', [x, ...positions]);
  if (value && pool.natural.has(x.id)) pool.natural.add(value.id);
  return value;
}
