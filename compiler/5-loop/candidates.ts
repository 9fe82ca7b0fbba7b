/** The ways in which a part can be run on a target, and the part that is run in one of them. Which is best, measuring tells. */
import { tensorOf } from './address.ts';
import { type Choice, type Choices, GPU_TILES, TILES, WIDTHS } from './choice.ts';
import { type DispatchProgram, type Part, tensorsOfParts } from './dispatch.ts';
import { bufferKey, type Tensor } from './kernel.ts';
import type { Target } from './lanes.ts';
import { schedulePart } from './schedule-part.ts';

/** Those that differ, the default first. */
export function candidates(part: Part, tensors: ReadonlyMap<number, Tensor>, target: Target): Choice[] {
  const own = target === 'wasm' ? part.cpu : part.gpu;
  const forms: Choice['form'][] = own ? ['own', 'plain'] : ['own'];
  const [widths, tiles] = target === 'wasm' ? [WIDTHS, TILES] : [[], GPU_TILES];
  const all = forms.flatMap((form) =>
    [undefined, ...widths].flatMap((width) => [undefined, ...tiles].map((tile): Choice => ({ form, tile, width }))),
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
  const choices: Choices = { ...part.choices, [target]: choice };
  if (choice.form === 'own') return { ...part, choices };
  return target === 'wasm' ? { ...part, cpu: undefined, least: 1, choices } : { ...part, gpu: undefined, choices };
}

/** The program without what only other parts' own forms had a use for: to be prepared for, or to be finished. */
export function dropIdle(program: DispatchProgram): DispatchProgram {
  const { dispatches, tensors } = program;
  const keysOf = (ids: readonly number[]): string[] => ids.map((id) => bufferKey(tensorOf(tensors, id)));
  const accesses = dispatches.flatMap(({ parts }) => parts.map((part) => tensorsOfParts([part])));
  const read = new Set(accesses.flatMap(({ reads }) => keysOf(reads)));
  const written = new Set(accesses.flatMap(({ writes }) => keysOf(writes)));
  const wanted = (part: Part): boolean => {
    const { reads, writes } = tensorsOfParts([part]);
    if (part.only === 'wasm') return keysOf(writes).some((key) => read.has(key));
    return part.only === undefined || keysOf(reads).every((key) => written.has(key));
  };
  const left = dispatches.map(({ parts }) => ({ parts: parts.filter(wanted) }));
  return { ...program, dispatches: left.filter(({ parts }) => parts.length > 0) };
}
