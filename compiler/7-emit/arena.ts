/**
 * The flat arenas: every parameter has its place in one buffer, its gradient and its optimizer slots the same place in
 * theirs, so that one kernel updates the whole network. What is not trained (running statistics) lies behind everything
 * that is, so that the optimizer's vectors end before it: no weight decay touches it, and it has neither gradient nor slot.
 */
import { scaleOf } from '../2-check/lr-scale.ts';
import type { TypedParameter, TypedTraining } from '../2-check/typed.ts';
import type { ScaledRange } from '../3-graph/optimizer.ts';
import type { Layout } from '../5-loop/kernel.ts';
import { parameterLayout } from '../5-loop/layout.ts';
import { dim } from '../dim/dim.ts';

/** Parameters start on a cache line: 16 floats. */
const ALIGNMENT = 16;
/** What is trained, and the whole arena, are multiples of this, so that the optimizer's kernel has no ragged end. */
const BLOCK = 256;

export interface Arena {
  readonly layouts: ReadonlyMap<string, Layout>;
  /** In f32 elements: the trainable part, which the optimizer's vectors cover. */
  readonly trained: number;
  /** In f32 elements: all of it. */
  readonly size: number;
}

const alignUp = (value: number, to: number): number => Math.ceil(value / to) * to;

export function layOutArena(parameters: readonly TypedParameter[]): Arena {
  const layouts = new Map<string, Layout>();
  /** Returns where the block that the parameters fill ends. */
  const place = (group: readonly TypedParameter[], from: number): number => {
    let offset = from;
    for (const { path, type } of group) {
      const count = dim.constant(dim.product(type.shape));
      if (count === undefined) throw new Error(`the parameter ${path} has a symbolic shape`);
      layouts.set(path, parameterLayout(type.shape, offset));
      offset = alignUp(offset + count, ALIGNMENT);
    }
    return alignUp(offset, BLOCK);
  };
  const trained = place(
    parameters.filter(({ trainable }) => trainable),
    0,
  );
  const size = place(
    parameters.filter(({ trainable }) => !trainable),
    trained,
  );
  // A buffer has at least one element, whatever it holds.
  return { layouts, trained: Math.max(trained, BLOCK), size: Math.max(size, BLOCK) };
}

/** Which parts of the trained vector learn at which multiple of the rate; neighbours that do alike are one. */
export function scaledRanges({ layouts }: Arena, { model, optimizer }: TypedTraining): ScaledRange[] {
  const trained = model.parameters
    .filter(({ trainable }) => trainable)
    .map(({ path }) => ({ from: layouts.get(path)?.offset ?? 0, scale: scaleOf(path, optimizer.scales ?? []) }))
    .sort((a, b) => a.from - b.from);
  const starts = trained.filter(({ scale }, i) => scale !== trained[i - 1]?.scale);
  return starts.map(({ scale }, i) => ({ end: starts[i + 1]?.from ?? Number.POSITIVE_INFINITY, scale }));
}
