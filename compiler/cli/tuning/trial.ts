/**
 * A module that runs one part of a program alone, in one of its ways: what `netc tune` measures. Everything that the part
 * reads or writes is the host's there, at the place and with the neighbours that it has in its program.
 */
import type { ModuleSpec } from '../../../runtime/program.ts';
import { tensorOf } from '../../5-loop/address.ts';
import { dropIdle, withChoice } from '../../5-loop/candidates.ts';
import type { Choice } from '../../5-loop/choice.ts';
import { type DispatchProgram, type Part, tensorsOfParts } from '../../5-loop/dispatch.ts';
import { bufferKey, freshId, type Place, type Tensor } from '../../5-loop/kernel.ts';
import type { Target } from '../../5-loop/lanes.ts';
import { rowMajor } from '../../5-loop/layout.ts';
import { planModule } from '../../7-emit/plan.ts';
import type { CompilationUnit } from '../../compilation.ts';
import { type Dim, dim } from '../../dim/dim.ts';

/** With what prepares or finishes this way alone, which is a part of its cost. Its `infer` program is the trial. */
export function trialModule(
  unit: Pick<CompilationUnit, 'arena' | 'uniforms'>,
  program: DispatchProgram,
  part: Part,
  target: Target,
  choice: Choice,
): ModuleSpec {
  const { before, after } = companions(program, part);
  const dispatches = [...before, withChoice(part, target, choice), ...after].map((each) => ({ parts: [each] }));
  const tried = dropIdle({ name: 'trial', tensors: program.tensors, dispatches });
  return planModule({
    programs: { infer: [onHost(tried, unit.arena)], evaluate: [], train: [], prepare: [] },
    uniforms: unit.uniforms,
    parameters: [],
    arena: unit.arena,
    states: [],
  });
}

/** The parts that only this part's own forms have a use for. */
function companions({ dispatches, tensors }: DispatchProgram, part: Part): Record<'before' | 'after', Part[]> {
  const keysOf = (ids: readonly number[]): string[] => ids.map((id) => bufferKey(tensorOf(tensors, id)));
  const { reads, writes } = tensorsOfParts([part]);
  const [read, written] = [new Set(keysOf(reads)), new Set(keysOf(writes))];
  const all = dispatches.flatMap(({ parts }) => parts);
  return {
    before: all.filter(
      (each) => each.only === 'wasm' && keysOf(tensorsOfParts([each]).writes).some((key) => read.has(key)),
    ),
    after: all.filter(
      (each) => each.only === 'wgsl' && keysOf(tensorsOfParts([each]).reads).some((key) => written.has(key)),
    ),
  };
}

/** The program with a buffer of the host's for each buffer of its own. */
function onHost(program: DispatchProgram, arena: CompilationUnit['arena']): DispatchProgram {
  const { reads, writes } = tensorsOfParts(program.dispatches.flatMap(({ parts }) => parts));
  const covers = new Map<string, Tensor>();
  const moved = new Map<number, Tensor>();
  let nextId = freshId(program.tensors);
  for (const id of [...reads, ...writes]) {
    const tensor = tensorOf(program.tensors, id);
    if (tensor.place.kind === 'local') continue;
    const name = bufferKey(tensor);
    // Bytes are the host's inputs alone: what kernels hand to one another has whole words.
    const bytes = tensor.place.kind === 'input' || tensor.place.kind === 'sample';
    const place: Place = { kind: bytes ? 'input' : 'output', name };
    moved.set(id, { ...tensor, place });
    if (covers.has(name)) continue;
    const shape = [bufferSize(tensor, arena)];
    covers.set(name, { id: nextId++, name, element: tensor.element, shape, place, layout: rowMajor(shape) });
  }
  // The first tensor of a buffer tells its size.
  const all = [...covers.values()].map((cover): [number, Tensor] => [cover.id, cover]);
  return { ...program, tensors: new Map([...all, ...program.tensors, ...moved]) };
}

/** Elements of the whole buffer that a tensor lies in. */
function bufferSize(tensor: Tensor, arena: CompilationUnit['arena']): Dim {
  switch (tensor.place.kind) {
    case 'parameters':
      return dim.int(arena.size);
    case 'gradients':
    case 'state':
      return dim.int(arena.trained);
    case 'stack':
      return tensor.place.elements;
    default:
      return dim.product(tensor.shape);
  }
}
