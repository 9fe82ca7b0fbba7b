/**
 * Puts parts that do not depend on each other into one dispatch: a layer's weight, bias and input gradients, copies of
 * weights beside whatever runs first. Each dispatch costs a barrier, and a small part alone leaves most of a device idle.
 */
import { MAX_BUFFERS } from '../4-fuse/limit.ts';
import { tensorOf } from './address.ts';
import { type Dispatch, type DispatchProgram, type FormedPart, type Part, partOf, tensorsOfParts } from './dispatch.ts';
import { type Accesses, dependsOnEarlier } from './hazards.ts';
import { bufferKey, freshId, type Kernel, type LoopProgram, type Tensor } from './kernel.ts';
import { scatter } from './scatter.ts';
import { seekTerms, stepsOf } from './seek-terms.ts';
import { slidingProduct } from './sliding-product.ts';
import { sparseSum } from './sparse-sum.ts';
import { splitSums } from './split-sums.ts';
import { type Stacked, stackNests } from './stack.ts';
import { unrollWindows } from './unroll-windows.ts';
import { winograd } from './winograd.ts';

/** A program's nests as few dispatches. */
export function formDispatches(program: LoopProgram): DispatchProgram {
  const stacked = stackNests(program);
  const forms = withForms(stacked.parts, stacked.tensors, ownForm);
  const { parts, tensors } = splitSums(forms.parts, forms.tensors);
  return { name: program.name, tensors, dispatches: placeParts(parts, tensors) };
}

/** Gives each part the form that is found for it, with what that needs before it. */
export function withForms(
  parts: readonly Part[],
  before: ReadonlyMap<number, Tensor>,
  formOf: (part: Part, tensors: ReadonlyMap<number, Tensor>, nextId: number) => FormedPart | undefined,
): Stacked {
  const tensors = new Map(before);
  const all = parts.flatMap((part): readonly Part[] => {
    const found = formOf(part, tensors, freshId(tensors));
    for (const tensor of found?.tensors ?? []) tensors.set(tensor.id, tensor);
    return found?.parts ?? [part];
  });
  return { parts: all, tensors };
}

/** The first of the CPU's own forms that suits a part of one nest. */
function ownForm(
  { nests: [kernel, ...others] }: Part,
  tensors: ReadonlyMap<number, Tensor>,
  nextId: number,
): FormedPart | undefined {
  if (others.length > 0) return undefined;
  const whole = unrollWindows(kernel);
  const product = slidingProduct(whole, tensors);
  const scattered = product && whole === kernel ? scatter(kernel, product, tensors, nextId) : undefined;
  const sought = seekTerms(kernel);
  const sums = scattered ?? sparseSum(kernel, sought, tensors, nextId);
  return sums ?? (product && winograd(kernel, whole, product, tensors, nextId)) ?? seeking(kernel, sought, tensors);
}

/** The nest with sums that look for their terms, where that takes fewer steps. */
function seeking(kernel: Kernel, sought: Kernel, tensors: ReadonlyMap<number, Tensor>): FormedPart | undefined {
  if (sought === kernel || stepsOf(sought, tensors) >= stepsOf(kernel, tensors)) return undefined;
  return { parts: [{ ...partOf(kernel), cpu: { nests: [sought], shared: [], repeat: undefined } }], tensors: [] };
}

interface Open {
  readonly parts: Part[];
  readonly accesses: Accesses[];
}

/**
 * Each part goes into the first dispatch after all that it depends on that has buffers left for it. What only prepares for a
 * later part's form on the CPU goes near that part instead, but for the last dispatch before it, whose buffers others need:
 * the dispatches before stay the same in all programs that share their layers, and are printed once.
 */
export function placeParts(parts: readonly Part[], tensors: ReadonlyMap<number, Tensor>): Dispatch[] {
  const open: Open[] = [];
  const needs = parts.map((part) => tensorsOfParts([part]));
  const firstFor = (own: Accesses): number =>
    1 + open.findLastIndex(({ accesses }) => accesses.some((each) => dependsOnEarlier(each, own, tensors)));
  for (const [i, part] of parts.entries()) {
    const own = needs[i];
    const hasRoom = (dispatch: Open): boolean => fits([...dispatch.parts, part], tensors);
    const first = firstFor(own);
    const reader =
      part.only === 'wasm' ? needs.slice(i + 1).find((later) => dependsOnEarlier(own, later, tensors)) : undefined;
    const early = reader && open.slice(first, firstFor(reader) - 1).findLast(hasRoom);
    const found = early ?? open.slice(first).find(hasRoom);
    const target = found ?? { parts: [], accesses: [] };
    if (!found) open.push(target);
    target.parts.push(part);
    target.accesses.push(own);
  }
  return open.map((dispatch) => ({ parts: dispatch.parts }));
}

/** True where the parts together bind no more buffers than a kernel may. Tensors of one arena count once, a thread's own memory not at all. */
export function fits(parts: readonly Part[], tensors: ReadonlyMap<number, Tensor>): boolean {
  const { reads, writes } = tensorsOfParts(parts);
  const bound = [...reads, ...writes].map((id) => tensorOf(tensors, id)).filter(({ place }) => place.kind !== 'local');
  return new Set(bound.map(bufferKey)).size <= MAX_BUFFERS;
}
