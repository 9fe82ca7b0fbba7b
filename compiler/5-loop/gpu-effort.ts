/**
 * How long a GPU is busy with a nest: how many invocations a tile of its results leaves, how often each goes through the
 * innermost loop, and what loads and products cost it. In products; the figures are of real GPUs and of software ones.
 */
import type { Axis, Expr } from '../ops/expr.ts';
import type { Kernel } from './kernel.ts';
import type { Box, Loads, Reuse } from './reuse.ts';
import { typicalValue } from './typical.ts';

/** What an access to an element and to four of them cost, in products, and what it costs to choose between one and zero. */
const [SINGLE, FOURS, CHOICE] = [8, 32, 6];
/** What an invocation costs for itself: finding out which it is. */
const INVOCATION = 100;
/**
 * Invocations below which a GPU is not busy: four for each lane of an integrated one (96 units of eight). Larger GPUs are busy
 * with none of the tiles of a small network, and there it is the number of passes that counts.
 */
const ENOUGH = 3072;
/** How long each invocation waits in every pass where a GPU is not busy. */
export const LATENCY = 30;

type Reduce = Extract<Expr, { kind: 'reduce' }>;

/** A variable, and how many values it typically has. */
type Size = readonly [id: string, size: number];

/** The variables of a nest's results, and of each of its sums. */
export interface Sizes {
  readonly axes: readonly Size[];
  readonly sums: readonly (readonly Size[])[];
}

export function sizesOf({ axes }: Kernel, reductions: readonly Reduce[]): Sizes {
  const sizes = (all: readonly Axis[]): Size[] => all.map(({ id, extent }) => [id, typicalValue(extent)]);
  return { axes: sizes(axes), sums: reductions.map((reduction) => sizes(reduction.axes)) };
}

/** How many invocations there are, and how often each goes through the innermost loop. */
export interface Runs {
  readonly items: number;
  readonly passes: number;
}

/** `team`: how many invocations share the sums, each of which is divided along its axis. */
export function runsOf({ axes, sums }: Sizes, box: Box, team = 1, divided: readonly Axis[] = []): Runs {
  const blocks = ([id, size]: Size): number => Math.ceil(size / (box.get(id) ?? 1));
  const count = (all: readonly Size[]): number => all.reduce((product, each) => product * blocks(each), 1);
  const passes = sums.map((own, i) => {
    const whole = divided[i] ? typicalValue(divided[i].extent) : 1;
    return count(own) * (Math.ceil(whole / team) / whole);
  });
  return { items: count(axes), passes: Math.max(0, ...passes) };
}

/** What an invocation takes, in products: for itself, and for a pass. */
export const effortOf = (reuse: Reuse): { readonly once: number; readonly pass: number } => ({
  once: INVOCATION + costOfLoads(reuse.outside) + costOfLoads(reuse.stores),
  pass: costOfLoads(reuse.inside) + CHOICE * reuse.choices + reuse.sums + reuse.products,
});

/** How long a whole GPU is busy, in products. */
export function costOf({ items, passes }: Runs, reuse: Reuse): number {
  const { once, pass } = effortOf(reuse);
  const busy = (once + passes * pass) * items;
  const waiting = (once + LATENCY + passes * (pass + LATENCY)) * ENOUGH;
  return Math.max(busy, waiting);
}

export const costOfLoads = ({ single, fours }: Loads): number => SINGLE * single + FOURS * fours;
