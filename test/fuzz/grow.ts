/** How a random graph grows: each function draws one operator with inputs that fit, or gives up. Arguments are kept tame. */
import { dim } from '../../compiler/dim/dim.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import { operatorNamed } from '../../compiler/ops/registry.ts';
import { gathering } from './grow-gather.ts';
import { convolution, pooling, product } from './grow-image.ts';
import { movement } from './grow-movement.ts';
import type { Pool } from './pool.ts';

export type Grower = (pool: Pool) => Value | undefined;

const isFloat = (value: Value): boolean => value.type.element === 'f32';
const isInt = (value: Value): boolean => value.type.element === 'i32';
const isBool = (value: Value): boolean => value.type.element === 'bool';

/** Another value that broadcasts with this one, a new leaf, or a number. */
export function partner(pool: Pool, value: Value): Value {
  const { g, draw } = pool;
  const { element, shape } = value.type;
  const found = pool.find(
    (other) =>
      other.type.element === element &&
      !('problem' in operatorNamed('select').infer([{ element: 'bool', shape: [] }, value.type, other.type], {})),
  );
  if (found && draw.chance(0.6)) return found;
  if (element === 'bool' || draw.chance(0.3)) return pool.fresh(element, shape.slice(draw.between(0, shape.length)));
  const constant = g.constant(
    element === 'f32' ? draw.pick([0, 1, -1, 2, 0.5, 1.7, -0.3]) : draw.between(0, 3),
    [],
    element,
  );
  pool.natural.add(constant.id);
  return constant;
}

const unary: Grower = (pool) => {
  const { g, draw } = pool;
  const x = pool.find(isFloat);
  if (!x) return undefined;
  const plain = ['neg', 'abs', 'relu', 'tanh', 'sigmoid', 'floor', 'ceil', 'round', 'sin', 'cos', 'detach', 'to_f32'];
  const fn = draw.pick([...plain, 'exp', 'log', 'sqrt']);
  if (fn === 'exp') return pool.try(fn, [draw.chance(0.5) ? g.op('tanh', [x]) : g.op('min', [x, g.constant(2)])]);
  if (fn === 'log' || fn === 'sqrt') return pool.try(fn, [g.add(g.op('abs', [x]), g.constant(0.5))]);
  return pool.try(fn, [x]);
};

const binary: Grower = (pool) => {
  const { g, draw } = pool;
  const a = pool.find(isFloat);
  if (!a) return undefined;
  const b = partner(pool, a);
  const fn = draw.pick(['add', 'add', 'sub', 'mul', 'mul', 'div', 'max', 'min', 'pow']);
  const swapped = draw.chance(0.3);
  if (fn === 'div') return pool.try(fn, [a, g.add(g.op('abs', [b]), g.constant(0.5))]);
  if (fn === 'pow') {
    if (draw.chance(0.5)) return pool.try(fn, [a, g.constant(draw.pick([1, 2]))]);
    return pool.try(fn, [g.add(g.op('sigmoid', [a]), g.constant(0.2)), g.op('tanh', [b])]);
  }
  return pool.try(fn, swapped ? [b, a] : [a, b]);
};

/** Many tensors in one expression: more than a kernel can bind. */
const longSum: Grower = (pool) => {
  const { draw } = pool;
  const x = pool.find((value) => isFloat(value) && pool.elements(value.type.shape) <= 600);
  if (!x || draw.chance(0.5)) return undefined;
  let sum: Value | undefined = x;
  for (let i = draw.between(3, 12); i > 0 && sum; i--) {
    sum = pool.try(draw.pick(['add', 'sub', 'max']), [sum, pool.fresh('f32', sum.type.shape)]);
  }
  return sum;
};

const comparison: Grower = (pool) => {
  const { draw } = pool;
  const a = pool.find((value) => isFloat(value) || isInt(value));
  return a && pool.try(draw.pick(['lt', 'le', 'gt', 'ge', 'eq', 'ne']), [a, partner(pool, a)]);
};

const logic: Grower = (pool) => {
  const { draw } = pool;
  if (draw.chance(0.2)) {
    const x = pool.find(isFloat);
    return x && pool.try('is_finite', [x]);
  }
  const a = pool.find(isBool);
  if (!a) return undefined;
  const fn = draw.pick(['and', 'or', 'not']);
  return pool.try(fn, fn === 'not' ? [a] : [a, partner(pool, a)]);
};

const selection: Grower = (pool) => {
  const condition = pool.find(isBool);
  const a =
    condition &&
    pool.find(({ type }) => !('problem' in operatorNamed('select').infer([condition.type, type, type], {})));
  return a && pool.try('select', [condition, a, partner(pool, a)]);
};

const integers: Grower = (pool) => {
  const { g, draw } = pool;
  const a = pool.find(isInt);
  if (!a) return undefined;
  const b = partner(pool, a);
  const fn = draw.pick(['add', 'sub', 'mul', 'neg', 'idiv', 'imod']);
  if (fn === 'neg') return pool.try(fn, [a]);
  const natural = pool.natural.has(a.id) && pool.natural.has(b.id);
  if (fn === 'idiv' || fn === 'imod') {
    if (!natural) return undefined;
    const divisor = draw.chance(0.6)
      ? g.constant(draw.pick([1, 2, 3, 4]), [], 'i32')
      : g.add(b, g.constant(1, [], 'i32'));
    return marked(pool, pool.try(fn, [a, divisor]));
  }
  const result = pool.try(fn, [a, b]);
  return natural && fn !== 'sub' ? marked(pool, result) : result;
};

function marked(pool: Pool, value: Value | undefined): Value | undefined {
  if (value) pool.natural.add(value.id);
  return value;
}

const conversion: Grower = (pool) => {
  const { g, draw } = pool;
  const x = pool.find(({ type }) => type.element !== 'f16');
  if (!x) return undefined;
  if (!isFloat(x)) {
    const to = draw.chance(0.75) ? 'to_f32' : 'to_i32';
    const value = pool.try(to, [x]);
    if (value && to === 'to_i32' && !isInt(x)) pool.natural.add(value.id);
    return value;
  }
  return draw.chance(0.5) ? pool.try('to_i32', [x]) : marked(pool, pool.try('to_i32', [g.op('abs', [x])]));
};

const reduction: Grower = (pool) => {
  const { draw } = pool;
  const x = pool.find((value) => isFloat(value) && value.type.shape.length > 0);
  if (!x) return undefined;
  const axes = x.type.shape.map((_, axis) => axis);
  const keepdim = draw.chance(0.4);
  const op = draw.pick(['sum', 'sum', 'mean', 'amax', 'amin', 'argmax']);
  if (op === 'argmax') return marked(pool, pool.try(op, [x], { axis: draw.pick(axes), keepdim }));
  const some = draw.shuffled(axes).slice(0, draw.between(1, axes.length));
  return pool.try(op, [x], { axes: some.sort((a, b) => a - b), keepdim });
};

const leaves: Grower = (pool) => {
  const { g, draw } = pool;
  if (draw.chance(0.5)) pool.leaf();
  const x = pool.find(({ type }) => type.shape.length > 0);
  const kind = draw.pick(['iota', 'size', 'uniform', 'constant', 'random']);
  if (kind === 'uniform') return g.uniform('step');
  if (!x) return undefined;
  // Few sites, so that draws of one shape often are one.
  if (kind === 'random') return pool.try(kind, [], { shape: x.type.shape, site: draw.between(0, 2) });
  if (kind === 'iota')
    return marked(pool, pool.try(kind, [], { shape: x.type.shape, axis: draw.between(0, x.type.shape.length - 1) }));
  if (kind === 'size') return marked(pool, g.sizeOf(dim.product(x.type.shape), draw.pick(['f32', 'i32'])));
  return g.constant(draw.pick([0, 1, -1, 0.75]), x.type.shape);
};

/** Drawn from with equal chances: what stands here twice is drawn twice as often. */
export const growers: readonly Grower[] = [
  unary,
  unary,
  binary,
  binary,
  binary,
  longSum,
  comparison,
  logic,
  selection,
  selection,
  integers,
  conversion,
  conversion,
  reduction,
  reduction,
  reduction,
  leaves,
  movement,
  movement,
  movement,
  movement,
  gathering,
  gathering,
  product,
  product,
  convolution,
  convolution,
  pooling,
];

/** What a network for images is made of. */
export const imageGrowers: readonly Grower[] = [convolution, convolution, pooling, gathering, unary, binary];
