/** Gives parts the choices that someone knows for them, by what the parts are: the same layer of another program has the same. */
import { dropIdle, withChoice } from '../5-loop/candidates.ts';
import { type Choice, DEFAULTS } from '../5-loop/choice.ts';
import type { DispatchProgram, Part } from '../5-loop/dispatch.ts';
import type { Tensor } from '../5-loop/kernel.ts';
import type { Target } from '../5-loop/lanes.ts';
import { bindingsOf } from '../6-target/bindings.ts';
import { dispatchKey } from './dispatch-key.ts';

/** The choice for a part with this key; undefined for the default. */
export type ChoiceOf = (key: string) => Choice | undefined;

/** A text that says everything about a part and how it would be run on a target by default, but for what it is called. */
export function partKey(part: Part, tensors: ReadonlyMap<number, Tensor>, target: Target): string {
  const nameless = { ...part, label: '', choices: DEFAULTS };
  return `${target}\n${dispatchKey({ parts: [nameless] }, tensors, bindingsOf([part], tensors))}`;
}

export function applyChoices(program: DispatchProgram, choiceOf: ChoiceOf): DispatchProgram {
  const { tensors } = program;
  const targets: readonly Target[] = ['wasm', 'wgsl'];
  const chosen = (part: Part): Part =>
    targets.reduce((before, target) => {
      const choice = choiceOf(partKey(part, tensors, target));
      return choice ? withChoice(before, target, choice) : before;
    }, part);
  const dispatches = program.dispatches.map(({ parts }) => ({ parts: parts.map(chosen) }));
  return dropIdle({ ...program, dispatches });
}
