/**
 * Runs a loop program element by element in float64: the oracle of both targets. Ignores schedules; obeys layouts, so
 * that it reads and writes the same memory as the kernels do.
 */
import { dim } from '../dim/dim.ts';
import { type Environment, evaluate } from '../ops/evaluate.ts';
import { tensorOf } from './address.ts';
import type { Kernel, LoopProgram, Tensor } from './kernel.ts';

/** Memory by tensor id; what several tensors share (an arena) is one array under several ids. */
export type Memory = Map<number, Float64Array>;

export interface RunInput {
  /** Values of the symbolic dimensions. */
  readonly dims: Readonly<Record<string, number>>;
  readonly uniforms: Readonly<Record<string, number>>;
}

export function interpret(program: LoopProgram, memory: Memory, input: RunInput): void {
  for (const kernel of program.kernels) interpretKernel(kernel, program.tensors, memory, input);
}

function interpretKernel(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>, memory: Memory, input: RunInput): void {
  const axes = new Map<string, number>();
  const arrayOf = (id: number): Float64Array => {
    const array = memory.get(id);
    if (!array) throw new Error(`tensor ${id} has no memory`);
    return array;
  };
  const address = (tensor: Tensor, indices: readonly number[]): number => {
    indices.forEach((index, d) => {
      const extent = dim.evaluate(tensor.shape[d], input.dims);
      if (index < 0 || index >= extent)
        throw new Error(`${kernel.label}: ${tensor.name} is accessed outside its shape`);
    });
    return indices.reduce((sum, index, d) => sum + index * tensor.layout.strides[d], tensor.layout.offset);
  };
  const env: Environment = {
    axes,
    dims: input.dims,
    uniforms: input.uniforms,
    load: (id, indices) => arrayOf(id)[address(tensorOf(tensors, id), indices)],
  };
  const nest = (depth: number): void => {
    if (depth < kernel.axes.length) {
      const axis = kernel.axes[depth];
      const extent = dim.evaluate(axis.extent, input.dims);
      for (let i = 0; i < extent; i++) {
        axes.set(axis.id, i);
        nest(depth + 1);
      }
      return;
    }
    // All values before any store: a kernel may update a tensor in place.
    const values = kernel.stores.map((store) => evaluate(store.value, env));
    kernel.stores.forEach((store, i) => {
      const at = store.indices.map((index) => evaluate(index, env));
      arrayOf(store.tensor)[address(tensorOf(tensors, store.tensor), at)] = values[i];
    });
  };
  nest(0);
}
