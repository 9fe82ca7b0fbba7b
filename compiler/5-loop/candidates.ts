/** The ways in which a part can be run on a target, and the part that is run in one of them. Which is best, measuring tells. */
import { tensorOf } from './address.ts';
import { type Choice, type Choices, DEFAULT, TILES, WIDTHS } from './choice.ts';
import { type DispatchProgram, type Part, tensorsOfParts } from './dispatch.ts';
import { bufferKey, type Tensor } from './kernel.ts';
import type { Target } from './lanes.ts';
import { schedulePart } from './schedule-part.ts';

/** Those that differ, the default first. On GPUs there is the default alone. */
export function candidates(part: Part, tensors: ReadonlyMap<number, Tensor>, target: Target): Choice[] {
  if (target === 'wgsl') return [DEFAULT];
  const forms: Choice['form'][] = part.cpu ? ['own', 'plain'] : ['own'];
  const all = forms.flatMap((form) =>
    [undefined, ...WIDTHS].flatMap((width) => [undefined, ...TILES].map((tile): Choice => ({ form, tile, width }))),
  );
  const found = new Map<string, Choice>();
  for (const choice of all) {
    const { nests } = schedulePart(withChoice(part, target, choice), tensors, target);
    const key = `${choice.form} ${JSON.stringify(nests.map(({ schedule }) => schedule))}`;
    if (!found.has(key)) found.set(key, choice);
  }
  return [...found.values()];
}

export function withChoice(part: Part, target: Target, choice: Choice): Part {
  const cpu = target === 'wasm' && choice.form === 'plain' ? undefined : part.cpu;
  const choices: Choices = { ...part.choices, [target]: choice };
  return { ...part, cpu, choices };
}

/** The program without what only other parts' own forms had a use for. */
export function dropUnread(program: DispatchProgram): DispatchProgram {
  const { dispatches, tensors } = program;
  const keysOf = (ids: readonly number[]): string[] => ids.map((id) => bufferKey(tensorOf(tensors, id)));
  const read = new Set(
    dispatches.flatMap(({ parts }) => parts.flatMap((part) => keysOf(tensorsOfParts([part]).reads))),
  );
  const wanted = (part: Part): boolean =>
    !part.cpuOnly || keysOf(tensorsOfParts([part]).writes).some((key) => read.has(key));
  const left = dispatches.map(({ parts }) => ({ parts: parts.filter(wanted) }));
  return { ...program, dispatches: left.filter(({ parts }) => parts.length > 0) };
}
