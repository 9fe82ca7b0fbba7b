/** The memory of loop programs that run one after the other: what has a name or is an arena is theirs together, as on a device. */
import type { Memory } from '../../compiler/5-loop/interpret.ts';
import { bufferKey, type Layout, type LoopProgram, type Tensor } from '../../compiler/5-loop/kernel.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { indicesOf, sizeOf, tensor } from '../../compiler/ops/reference.ts';

/** What is not written stays NaN. */
export class Bank {
  readonly #buffers = new Map<string, Float64Array>();
  readonly #arena: number;
  readonly #n: number;

  /** `arena`: the elements of the parameters' and the gradients' arena; `n`: the batch. */
  constructor(arena: number, n: number) {
    this.#arena = arena;
    this.#n = n;
  }

  /** The buffer of a tensor that has a name or is in an arena. */
  of(held: Tensor): Float64Array {
    const key = bufferKey(held);
    const buffer = this.#buffers.get(key) ?? this.#fresh(held);
    this.#buffers.set(key, buffer);
    return buffer;
  }

  #fresh({ place, shape, layout }: Tensor): Float64Array {
    const inArena = place.kind === 'parameters' || place.kind === 'gradients';
    const sizes = shapeOf(shape, this.#n);
    // Samples may lie apart.
    const end = addressIn(
      layout,
      sizes.map((size) => size - 1),
    );
    return new Float64Array(inArena ? this.#arena : Math.max(sizeOf(sizes), end + 1)).fill(Number.NaN);
  }

  /** Memory for one program; scratch is its own. */
  memoryFor({ tensors }: LoopProgram): Memory {
    return new Map(
      [...tensors.values()].map((held) => [held.id, held.place.kind === 'scratch' ? this.#fresh(held) : this.of(held)]),
    );
  }

  write(held: Tensor, value: ReferenceTensor): void {
    scatter(this.of(held), held.layout, value);
  }

  read(held: Tensor): ReferenceTensor {
    return gather(this.of(held), held.layout, shapeOf(held.shape, this.#n));
  }
}

export const shapeOf = (shape: Tensor['shape'], n: number): number[] =>
  shape.map((size) => dim.evaluate(size, { N: n }));

const addressIn = ({ offset, strides }: Layout, index: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum + i * strides[axis], offset);

/** Writes a row-major tensor to where a layout wants its elements. */
export function scatter(memory: { [at: number]: number }, layout: Layout, value: ReferenceTensor): void {
  let position = 0;
  for (const index of indicesOf(value.shape)) memory[addressIn(layout, index)] = value.data[position++];
}

export function gather(memory: ArrayLike<number>, layout: Layout, shape: readonly number[]): ReferenceTensor {
  return tensor(shape, (...index) => memory[addressIn(layout, index)]);
}
