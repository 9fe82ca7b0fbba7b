/** Whether contenders computed the same: first losses and first predictions against one of them. */
import { networks } from './networks.ts';
import type { ContenderResult, NetworkResult } from './results.ts';
import type { Mode, Outcome } from './task.ts';

/** Farther apart than this share, two contenders did not do the same work. */
export const tolerance = 1e-4;

/** The largest difference between numbers at the same place, as a share of the largest expected one; Infinity where one is missing. */
export function deviation(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(...expected.map(Math.abs));
  const differences = actual.map((value, i) => Math.abs(value - expected[i]) / largest);
  return differences.reduce((worst, each) => (each > worst || Number.isNaN(each) ? each : worst), 0);
}

export function outcomes({ modes }: ContenderResult, mode: Mode): readonly Outcome[] {
  return (modes[mode]?.rounds ?? []).flatMap((outcome) => ('failed' in outcome ? [] : [outcome]));
}

/** PyTorch's with one thread, or whoever has a figure first. */
function reference(contenders: readonly ContenderResult[], mode: Mode): Outcome | undefined {
  const ordered = [...contenders].sort((a, b) => Number(b.team === 'pytorch') - Number(a.team === 'pytorch'));
  return ordered.flatMap((contender) => outcomes(contender, mode))[0];
}

/** A contender's largest deviation from the reference in losses and predictions of all rounds; undefined without any. */
export function disagreement(own: ContenderResult, { network, contenders }: NetworkResult): number | undefined {
  const modes: readonly Mode[] = ['train', 'infer'];
  const { compared } = networks[network];
  const found = modes.flatMap((mode) => {
    const expected = reference(contenders, mode);
    if (!expected) return [];
    return outcomes(own, mode).flatMap(({ losses, prediction }) => [
      deviation(losses.slice(0, compared), expected.losses.slice(0, compared)),
      deviation(prediction, expected.prediction),
    ]);
  });
  return found.length === 0 ? undefined : Math.max(...found);
}
