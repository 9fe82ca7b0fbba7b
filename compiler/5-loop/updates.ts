/**
 * Updates in place. A graph reads a parameter's or state's old value wherever it likes; in memory the old value is gone
 * once the new one is written. An update that would come too early goes through scratch memory and is copied at the end.
 */
import type { Axis } from '../ops/expr.ts';
import { InternalError } from '../ops/internal-error.ts';
import { scalarTypeOf } from '../ops/lowering.ts';
import { addressOf, loadsIn, tensorOf } from './address.ts';
import { sharesMemory } from './hazards.ts';
import type { Kernel, LoopProgram, Store, Tensor } from './kernel.ts';
import { tensorsOf } from './kernel.ts';
import { intermediateLayout } from './layout.ts';
import { axisExpr, keyOf } from './walk.ts';

/** Nests in the order in which they run. */
type Ordered = Pick<LoopProgram, 'kernels' | 'tensors'>;

/** The program with every update that comes too early deferred to its end. */
export function deferUpdates(program: LoopProgram): LoopProgram {
  const early = new Set(earlyUpdates(program).map(({ store }) => store.tensor));
  if (early.size === 0) return program;
  const tensors = new Map(program.tensors);
  let nextId = Math.max(...tensors.keys()) + 1;
  const copies = [...early].map((id): Kernel => {
    const target = { ...tensorOf(tensors, id), id: nextId++ };
    tensors.set(target.id, target);
    tensors.set(id, { ...target, id, place: { kind: 'scratch' }, layout: intermediateLayout(target.shape) });
    return copyKernel(id, target);
  });
  return { ...program, kernels: [...program.kernels, ...copies], tensors };
}

/** Throws where a kernel would read a value that is no longer there. */
export function verifyUpdates(program: Ordered): void {
  for (const { kernel, store, reader } of earlyUpdates(program)) {
    const { name } = tensorOf(program.tensors, store.tensor);
    throw new InternalError(`"${kernel.label}" updates ${name} before "${reader.label}" has read its old value`);
  }
}

/** A kernel that copies a tensor, element by element. */
export function copyKernel(from: number, to: Tensor): Kernel {
  const axes = to.shape.map((extent, i): Axis => ({ id: `i${i}`, extent }));
  const indices = axes.map(axisExpr);
  const type = scalarTypeOf(to.element);
  const store: Store = { tensor: to.id, indices, value: { kind: 'load', type, tensor: from, indices } };
  return { label: `copy to ${to.name}`, axes, stores: [store] };
}

interface EarlyUpdate {
  readonly kernel: Kernel;
  readonly store: Store;
  /** A later kernel that reads the old value; or the kernel itself, where it does so at another element. */
  readonly reader: Kernel;
}

function earlyUpdates({ kernels, tensors }: Ordered): EarlyUpdate[] {
  return kernels.flatMap((kernel, position) =>
    kernel.stores.flatMap((store): EarlyUpdate[] => {
      const written = tensorOf(tensors, store.tensor);
      const old = [...tensors.values()].filter((tensor) => tensor.id !== written.id && sharesMemory(tensor, written));
      const isOld = (id: number): boolean => old.some((tensor) => tensor.id === id);
      if (old.length === 0) return [];
      const own = keyOf(addressOf(written, store.indices));
      const elsewhere = loadsIn(kernel.stores.map(({ value }) => value)).some(
        (load) => isOld(load.tensor) && keyOf(addressOf(tensorOf(tensors, load.tensor), load.indices)) !== own,
      );
      const reader = elsewhere
        ? kernel
        : kernels.slice(position + 1).find((later) => tensorsOf(later).reads.some(isOld));
      return reader ? [{ kernel, store, reader }] : [];
    }),
  );
}
