/**
 * What may be chosen of how a part is run, as data, and schedules with another choice than the default. The default is what
 * the compiler decides from structure and sizes alone; others are for `netc tune`, which measures. All give the same values
 * within rounding. What cannot be of a nest is left out there: a part has one choice, its nests are of different shapes.
 */
import { dim } from '../dim/dim.ts';
import type { Kernel } from './kernel.ts';
import { LANES, type Target } from './lanes.ts';
import { possibleTiles, sumsTogether } from './register-tile.ts';
import type { Schedule } from './schedule.ts';

export interface Choice {
  /** The target's own form of a part that has one, or the nests as they are. */
  readonly form: 'own' | 'plain';
  /** Elements of the register tile, on GPUs at most so many; undefined: as the compiler decides. */
  readonly tile: number | undefined;
  /** Elements of the lane axis at once; undefined: as the compiler decides. */
  readonly width: number | undefined;
}

export type Choices = Readonly<Record<Target, Choice>>;

export const DEFAULT: Choice = { form: 'own', tile: undefined, width: undefined };

export const DEFAULTS: Choices = { wasm: DEFAULT, wgsl: DEFAULT };

export const WIDTHS: readonly number[] = [LANES, 2 * LANES];
export const TILES: readonly number[] = [2, 3, 4, 5, 6];
/** Fewer results for each invocation: more of them run side by side, and each loads more for what it computes. */
export const GPU_TILES: readonly number[] = [16, 32];

/** A nest's schedule for the CPU with the choice's tile and width, each where the nest can have it. */
export function vary(kernel: Kernel, schedule: Schedule, { tile, width }: Choice): Schedule {
  if (kernel.adding || kernel.appending || (tile === undefined && width === undefined)) return schedule;
  const lane = withWidth(kernel, schedule, width);
  return { ...schedule, lane, registers: withTile(kernel, { ...schedule, lane }, tile) };
}

function withWidth(kernel: Kernel, { lane }: Schedule, width: number | undefined): Schedule['lane'] {
  const extent = dim.constant(kernel.axes.find(({ id }) => id === lane?.axis)?.extent ?? dim.int(0));
  const possible = lane && width !== undefined && extent !== undefined && extent % width === 0;
  return possible ? { ...lane, width } : lane;
}

/** The default tile is made smaller where the registers have no place for it with these lanes. */
function withTile(kernel: Kernel, { lane, registers }: Schedule, tile: number | undefined): Schedule['registers'] {
  const [register] = registers;
  const axis = kernel.axes.find(({ id }) => id === register?.axis);
  if (!register || !axis) return registers;
  const vectors = (sumsTogether(kernel) * (lane?.width ?? LANES)) / LANES;
  const possible = possibleTiles(axis, vectors);
  const wanted = [tile, register.tile, possible.at(-1)].find((each) => each !== undefined && possible.includes(each));
  return wanted === undefined ? [] : [{ ...register, tile: wanted }];
}
