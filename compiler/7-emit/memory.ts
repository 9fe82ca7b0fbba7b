/**
 * The memory plan: scratch tensors whose lives don't overlap share a slot. A tensor lives from the dispatch that
 * writes it to the last one that reads it; programs don't run at the same time, so they share slots too.
 */
import type { Size } from '../../runtime/program.ts';
import { tensorOf } from '../5-loop/address.ts';
import { type DispatchProgram, tensorsOfParts } from '../5-loop/dispatch.ts';
import { bufferKey, type Tensor } from '../5-loop/kernel.ts';
import { TYPICAL_BATCH } from '../5-loop/typical.ts';
import { dim } from '../dim/dim.ts';

export interface SlotPlan {
  readonly sizes: readonly Size[];
  /** The slot of a program's scratch tensor or stack, by its key. */
  readonly slotOf: (program: DispatchProgram, key: string) => number;
}

/** Elements of a tensor as a function of the batch, with the gaps between its samples. */
export function sizeOfTensor(tensor: Tensor): Size {
  const { place, shape, layout } = tensor;
  const elements = 'elements' in place ? place.elements : dim.product(shape);
  const constant = dim.constant(elements);
  if (constant !== undefined) return { fixed: constant, perSample: 0 };
  const [symbol] = dim.symbols(elements);
  const linear = dim.linear(elements, symbol);
  if (!linear) throw new Error(`the size of ${tensor.name}, ${dim.show(elements)}, is not linear in the batch`);
  const apart = place.kind === 'scratch' ? shape.findIndex((size) => dim.equal(size, dim.symbol(symbol))) : -1;
  return { ...linear, perSample: Math.max(linear.perSample, layout.strides[apart] ?? 0) };
}

const typical = (size: Size): number => size.fixed + TYPICAL_BATCH * size.perSample;

const cover = (a: Size, b: Size): Size => ({
  fixed: Math.max(a.fixed, b.fixed),
  perSample: Math.max(a.perSample, b.perSample),
});

export function planMemory(programs: readonly DispatchProgram[]): SlotPlan {
  const sizes: Size[] = [];
  const slots = new Map<DispatchProgram, Map<string, number>>();
  for (const program of programs) slots.set(program, assign(program, sizes));
  return {
    sizes,
    slotOf: (program, key) => {
      const slot = slots.get(program)?.get(key);
      if (slot === undefined) throw new Error(`${key} of ${program.name} has no slot`);
      return slot;
    },
  };
}

/** Greedy: each tensor takes the free slot that it changes least, or a new one. Grows `sizes`. */
function assign(program: DispatchProgram, sizes: Size[]): Map<string, number> {
  const lastUse = new Map<string, number>();
  const keyOf = (id: number): string => bufferKey(tensorOf(program.tensors, id));
  program.dispatches.forEach(({ parts }, i) => {
    const { reads, writes } = tensorsOfParts(parts);
    for (const id of [...reads, ...writes]) lastUse.set(keyOf(id), i);
  });
  const slots = new Map<string, number>();
  const busyUntil = sizes.map(() => -1);
  program.dispatches.forEach(({ parts }, i) => {
    for (const id of tensorsOfParts(parts).writes) {
      const tensor = tensorOf(program.tensors, id);
      const key = keyOf(id);
      if ((tensor.place.kind !== 'scratch' && tensor.place.kind !== 'stack') || slots.has(key)) continue;
      const size = sizeOfTensor(tensor);
      const free = sizes.map((_, slot) => slot).filter((slot) => busyUntil[slot] < i);
      const slot = bestFit(free, sizes, size) ?? sizes.length;
      if (slot === sizes.length) {
        sizes.push(size);
        busyUntil.push(-1);
      } else sizes[slot] = cover(sizes[slot], size);
      busyUntil[slot] = lastUse.get(key) ?? i;
      slots.set(key, slot);
    }
  });
  return slots;
}

/** The slot that wastes least: the smallest that is large enough, else the largest. */
function bestFit(free: readonly number[], sizes: readonly Size[], size: Size): number | undefined {
  const waste = (slot: number): number => {
    const difference = typical(sizes[slot]) - typical(size);
    return difference >= 0 ? difference : 1e12 - difference;
  };
  return free.reduce<number | undefined>(
    (best, slot) => (best === undefined || waste(slot) < waste(best) ? slot : best),
    undefined,
  );
}
