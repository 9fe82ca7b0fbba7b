/** Provenance as a diagnostic carries it: the last place as a note under the source, and the chain of steps before it. */
import type { Note, ProvenanceChain, ProvenanceStep } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import { visibleOrigin } from './provenance.ts';
import type { Provenance } from './values.ts';

type Axis = Provenance | undefined;

const sizeOf = ({ type, axis }: Provenance): string => dim.show(type.shape[axis]);

/** "f32[N, 1152] comes from here: 128 * 3 * 3" */
export function noteOf(axis: Axis): Note[] {
  const seen = axis && nearestVisible(axis);
  if (!seen) return [];
  const { arithmetic } = visibleOrigin(seen);
  return [{ span: seen.span, message: `${showType(seen.type)} comes from here${arithmetic ? `: ${arithmetic}` : ''}` }];
}

/** Where the size was decided: neither inside the library nor by something that only passes it on. */
function nearestVisible(axis: Provenance): Provenance | undefined {
  let at: Axis = axis;
  while (at) {
    const { from, arithmetic }: ReturnType<typeof visibleOrigin> = visibleOrigin(at);
    const [before] = from;
    const passed = from.length === 1 && arithmetic === undefined && sizeOf(before) === sizeOf(at);
    if (at.what !== undefined && !passed) return at;
    at = before;
  }
  return undefined;
}

/**
 * Each group is one or several axes of one tensor that a message is about; the note is about the last of them. The
 * chains lead from where a size first stands to the note's place.
 */
export function traceOf(groups: readonly (readonly Axis[])[]): {
  readonly notes: readonly Note[];
  readonly provenance: readonly ProvenanceChain[];
} {
  return {
    notes: groups.flatMap((group) => noteOf(group.at(-1))),
    provenance: groups.flatMap((group) => joined(group.flatMap((axis) => (axis ? chainsOf(axis) : [])))),
  };
}

/** One chain, or, where the size was computed from several, as `flatten` does, one for each and the place itself. */
function chainsOf(start: Provenance): ProvenanceChain[] {
  const axis = nearestVisible(start);
  if (!axis) return [];
  const { from, arithmetic } = visibleOrigin(axis);
  if (from.length < 2) return [{ axes: 1, steps: historyOf(axis) }];
  const last: ProvenanceStep = { span: axis.span, what: axis.what ?? '', size: sizeOf(axis), arithmetic };
  return [...joined(from.map((each) => ({ axes: 1, steps: historyOf(each) }))), { axes: 1, steps: [last] }];
}

/** The steps that led to an axis, the first one first; those that keep the size are left out. */
function historyOf(axis: Provenance): ProvenanceStep[] {
  const steps: ProvenanceStep[] = [];
  let at: Axis = axis;
  while (at) {
    const { from, arithmetic, unread }: ReturnType<typeof visibleOrigin> = visibleOrigin(at);
    const before: Axis = from.length === 1 ? from[0] : undefined;
    const kept = before !== undefined && sizeOf(before) === sizeOf(at);
    if (!kept) steps.push({ span: at.span, what: at.what ?? '', size: sizeOf(at), arithmetic, unread });
    at = before;
  }
  return steps.reverse();
}

/** Neighbouring axes with the same steps become one chain: rows and columns of a square image. */
function joined(chains: readonly ProvenanceChain[]): ProvenanceChain[] {
  const out: ProvenanceChain[] = [];
  const key = ({ steps }: ProvenanceChain): string =>
    steps.map(({ what, size, span }) => `${what} ${size} ${span.start} ${span.file.path}`).join('; ');
  for (const chain of chains) {
    const before = out.at(-1);
    if (before && key(before) === key(chain)) out[out.length - 1] = { ...before, axes: before.axes + chain.axes };
    else out.push(chain);
  }
  return out;
}
