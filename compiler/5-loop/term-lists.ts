/**
 * Lists of the terms that count, for sums of products of which memory says which do: a nest goes through all terms once and
 * writes down, for each that counts, its factor and where its other operand lies. Sums then go through a list with their
 * results in registers, as a product of matrices does, and ask nothing. In memory of the thread's own.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { apply, guard } from '../ops/lowering.ts';
import { affineAddress, alwaysInside, loadsIn, tensorOf } from './address.ts';
import { type Affine, addScaled, constantAffine, fromAffine } from './affine.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { localTensor, rowMajor } from './layout.ts';
import { axesOf, axisExpr, intExpr } from './walk.ts';

type Load = Extract<Expr, { kind: 'load' }>;

/** Terms that lists have room for: the second-level cache holds a megabyte, of which most stays empty. */
const MOST_LISTED = 1 << 17;
/** Words of an item: its factor, and where its operand lies. */
const ITEM = 2;

const ZERO: Expr = { kind: 'const', type: 'f32', value: 0 };

/** Terms, and by what they are told apart. */
export interface Terms {
  /** Axes around the lists, which begin anew for each of their values. */
  readonly around: readonly Axis[];
  /** Over all terms, in the order in which lists have them. */
  readonly loops: readonly Axis[];
  /** Asked of each: where it does not hold, the rest may be out of range. */
  readonly where: Expr;
  /** A term is `factor * operand`, and counts where the factor is not zero. */
  readonly factor: Expr;
  readonly operand: Load;
  /** Which list a term belongs to: in terms of the loops, and what sums call it. */
  readonly keys: readonly { readonly index: Expr; readonly axis: Axis }[];
  /** How many terms belong to one list, whether they count or not. */
  readonly most: number;
}

export interface TermLists {
  /** Writes the lists. */
  readonly nest: Kernel;
  readonly tensors: readonly Tensor[];
  /** The sum of one list's terms, for each value of the keys and of what else the operand depends on. */
  readonly sum: Expr;
  /** True of a list that has any. */
  readonly some: Expr;
}

/** `local`: from where on memory of the thread's own is free; undefined where terms are not of this kind, or too many. */
export function listTerms(
  label: string,
  { around, loops, where, factor, operand, keys, most }: Terms,
  tensors: ReadonlyMap<number, Tensor>,
  { nextId, local }: { readonly nextId: number; readonly local: number },
): TermLists | undefined {
  const source = tensorOf(tensors, operand.tensor);
  const address = addScaled(affineAddress(source, operand.indices), constantAffine(source.layout.offset), -1);
  const parts = partsOf(address, [...around, ...loops], loops);
  const contiguous = source.layout.strides.indexOf(1);
  const shape = keys.map(({ axis }) => axis.extent);
  const lists = dim.constant(dim.product(shape));
  const terms = dim.constant(dim.product(loops.map(({ extent }) => extent)));
  const inside = loadsIn([factor]).every((load) => alwaysInside(load, tensorOf(tensors, load.tensor)));
  if (!parts || !inside || contiguous < 0 || lists === undefined || terms === undefined) return undefined;
  if (lists * most > MOST_LISTED) return undefined;
  const items = [...shape, dim.int(most)];
  const inItems = rowMajor(items).strides.map((stride) => ITEM * stride);
  const first = local + Math.ceil(lists / ITEM) * ITEM;
  const counts = localTensor(nextId, 'counts', 'i32', shape, { ...rowMajor(shape), offset: local });
  const factors = localTensor(nextId + 1, 'factors', 'f32', items, { offset: first, strides: inItems });
  const places = localTensor(nextId + 2, 'places', 'i32', items, { offset: first + 1, strides: inItems });
  const indices = keys.map(({ index }) => index);
  const nest: Kernel = {
    label: `${label} (listed)`,
    axes: [...around, ...loops],
    stores: [
      { tensor: factors.id, indices, value: factor },
      { tensor: places.id, indices, value: parts.listed },
    ],
    where,
    appending: { counts: counts.id, when: apply('ne', factor, ZERO) },
  };
  const term: Axis = { id: 'term', extent: dim.int(most), mean: terms / lists };
  const list = keys.map(({ axis }) => axisExpr(axis));
  const load = (type: 'f32' | 'i32', { id }: Tensor, at: readonly Expr[]): Load => {
    return { kind: 'load', type, tensor: id, indices: at };
  };
  const item = [...list, axisExpr(term)];
  const place = apply('add', parts.rest, load('i32', places, item));
  const there = { ...operand, indices: operand.indices.map((_, d) => (d === contiguous ? place : intExpr(0))) };
  const count = load('i32', counts, list);
  const body = guard(apply('lt', axisExpr(term), count), apply('mul', load('f32', factors, item), there), ZERO);
  const sum: Expr = { kind: 'reduce', type: 'f32', combine: 'sum', axes: [term], body };
  return { nest, tensors: [counts, factors, places], sum, some: apply('gt', count, intExpr(0)) };
}

/** What of an address a term decides, and the rest; undefined where they cannot be told apart. */
function partsOf(
  address: Affine,
  known: readonly Axis[],
  loops: readonly Axis[],
): { listed: Expr; rest: Expr } | undefined {
  const among = (axes: readonly Axis[], id: string): boolean => axes.some((axis) => axis.id === id);
  const [listed, rest] = [new Map(address.terms), new Map(address.terms)];
  for (const [key, { atom }] of address.terms) {
    const own = [...axesOf(atom)];
    const varies = own.some((id) => among(loops, id));
    if (varies && !own.every((id) => among(known, id))) return undefined;
    (varies ? rest : listed).delete(key);
  }
  return {
    listed: fromAffine({ terms: listed, constant: 0 }),
    rest: fromAffine({ terms: rest, constant: address.constant }),
  };
}
