/**
 * Finds out where a loss that is not a number came from. When it is noticed the parameters are spoilt already, so the run
 * goes back to the epoch's start and takes the same steps again (they are deterministic) up to the one that spoilt them.
 */
import type { Loader } from '../data/loader.ts';
import type { Learner } from './learner.ts';
import { restoreSnapshot, takeSnapshot } from './state.ts';

/** The learning state at a batch of an epoch. */
export interface Mark {
  readonly arenas: ReadonlyMap<number, Float32Array>;
  readonly epoch: number;
  readonly cursor: number;
  readonly steps: number;
}

export async function takeMark(learner: Learner, epoch: number, cursor: number): Promise<Mark> {
  return { arenas: await takeSnapshot(learner.session), epoch, cursor, steps: learner.steps };
}

/** Where it began, in a sentence for people. The learner's state is lost. */
export async function whereNotFinite(learner: Learner, loader: Loader, mark: Mark, step: number): Promise<string> {
  // The step before may have left parameters that are not finite, with a loss that still was.
  for (const candidate of [step, step - 1]) {
    if (candidate <= mark.steps) continue;
    await replay(learner, loader, mark, candidate);
    if (candidate > mark.steps + 1 && !(await allFinite(learner))) continue;
    const kernel = await learner.trace(loader.batch(mark.epoch, mark.cursor + candidate - mark.steps - 1), candidate);
    if (kernel !== undefined) return `step ${candidate} first computes such a value in \`${kernel}\``;
  }
  return 'no single kernel could be found that computes such a value first';
}

/** Goes back to the mark and takes the steps before number `step` again. */
async function replay(learner: Learner, loader: Loader, mark: Mark, step: number): Promise<void> {
  restoreSnapshot(learner.session, mark.arenas);
  learner.steps = mark.steps;
  while (learner.steps < step - 1) {
    learner.step(loader.batch(mark.epoch, mark.cursor + learner.steps - mark.steps));
    await learner.session.busy();
    if (learner.pending >= learner.session.historyCapacity) await learner.records();
  }
  await learner.records();
}

async function allFinite(learner: Learner): Promise<boolean> {
  for (const arena of (await takeSnapshot(learner.session)).values()) if (!arena.every(Number.isFinite)) return false;
  return true;
}
