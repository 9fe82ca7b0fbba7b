/**
 * The flat arenas: every parameter has its place in one buffer, its gradient and its optimizer slots the same place in
 * theirs, so that one kernel updates the whole network.
 */
import type { TypedParameter } from '../2-check/typed.ts';
import type { Layout } from '../5-loop/kernel.ts';
import { parameterLayout } from '../5-loop/layout.ts';
import { dim } from '../dim/dim.ts';

/** Parameters start on a cache line: 16 floats. */
const ALIGNMENT = 16;
/** The whole arena is a multiple of this, so that the optimizer's kernel has no ragged end. */
const BLOCK = 256;

export interface Arena {
  readonly layouts: ReadonlyMap<string, Layout>;
  /** In f32 elements. */
  readonly size: number;
}

const alignUp = (value: number, to: number): number => Math.ceil(value / to) * to;

export function layOutArena(parameters: readonly TypedParameter[]): Arena {
  const layouts = new Map<string, Layout>();
  let offset = 0;
  for (const parameter of parameters) {
    const count = dim.constant(dim.product(parameter.type.shape));
    if (count === undefined) throw new Error(`the parameter ${parameter.path} has a symbolic shape`);
    layouts.set(parameter.path, parameterLayout(parameter.type.shape, offset));
    offset = alignUp(offset + count, ALIGNMENT);
  }
  return { layouts, size: alignUp(Math.max(offset, 1), BLOCK) };
}
