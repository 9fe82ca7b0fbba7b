/** Which parts of a compiled model are worth measuring on a device, and in which ways each can be run there. */
import type { ModuleSpec, ProgramName } from '../../../runtime/program.ts';
import { candidates } from '../../5-loop/candidates.ts';
import type { Choice } from '../../5-loop/choice.ts';
import { costOf } from '../../5-loop/cost.ts';
import type { Part } from '../../5-loop/dispatch.ts';
import type { Tensor } from '../../5-loop/kernel.ts';
import type { Target } from '../../5-loop/lanes.ts';
import { partKey } from '../../7-emit/choices.ts';
import type { CompilationUnit } from '../../compilation.ts';
import { dispatchesOf } from '../dispatches.ts';
import { hashOf } from './store.ts';
import { trialModule } from './trial.ts';

/** The least share of a program's work. */
const WORTH = 0.02;

export interface Measurable {
  readonly label: string;
  /** The hash of its key. */
  readonly hash: string;
  /** The default first. */
  readonly choices: readonly Choice[];
  readonly moduleOf: (choice: Choice) => ModuleSpec;
}

/** Each once, though several programs may have it. */
export function measurableParts(unit: CompilationUnit, target: Target, batch: number): Measurable[] {
  const programs: readonly ProgramName[] = ['train', 'infer', 'evaluate'];
  const found = new Map<string, Measurable>();
  for (const name of programs) {
    const all = dispatchesOf(unit, name).flatMap(({ parts, program }) => parts.map((part) => ({ part, program })));
    const works = all.map(({ part, program }) => workOf(part, program.tensors, batch));
    const least = WORTH * works.reduce((sum, work) => sum + work, 0);
    for (const [i, { part, program }] of all.entries()) {
      if (works[i] < least || (part.only !== undefined && part.only !== target)) continue;
      const hash = hashOf(partKey(part, program.tensors, target));
      if (found.has(hash)) continue;
      const choices = candidates(part, program.tensors, target);
      if (choices.length < 2) continue;
      const moduleOf = (choice: Choice): ModuleSpec => trialModule(unit, program, part, target, choice);
      found.set(hash, { label: part.label, hash, choices, moduleOf });
    }
  }
  return [...found.values()];
}

/** Operations and loads, of which a part takes the longer the more it has. */
function workOf({ nests }: Part, tensors: ReadonlyMap<number, Tensor>, batch: number): number {
  const { flops, loads } = costOf(nests, tensors, batch);
  return [...loads.values()].reduce((sum, count) => sum + count, flops);
}
