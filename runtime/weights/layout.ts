/**
 * Between a parameter in PyTorch's layout (row-major over its shape) and its place in an arena, where the compiler may
 * have packed and padded it. Gradients and optimizer slots are arenas laid out the same way, for trainable parameters only.
 */
import type { HostArray, Session } from '../device.ts';
import type { ModuleSpec, ParameterSpec } from '../program.ts';
import { elementCount } from '../tensor.ts';

/** The index of the buffer with the parameters. Throws when the module has none: then it has nothing to load or save. */
export function parameterArena(module: ModuleSpec): number {
  const index = module.buffers.findIndex((buffer) => buffer.role === 'parameters');
  if (index < 0) throw new Error('the module has no parameters');
  return index;
}

/** Elements of the parameter arena, padding included. */
export function arenaLength(module: ModuleSpec): number {
  return module.buffers[parameterArena(module)]?.size.fixed ?? 0;
}

/** The parameters that have gradients and optimizer slots; the others are buffers (running statistics). */
export function trainedParameters(module: ModuleSpec): readonly ParameterSpec[] {
  return module.parameters.filter(({ trainable }) => trainable);
}

/** What was read from an f32 buffer. */
export function floats(data: HostArray): Float32Array {
  if (!(data instanceof Float32Array)) throw new TypeError('expected an f32 buffer');
  return data;
}

/** A whole arena: the parameters', the gradients' or an optimizer slot's. */
export async function readArena(session: Session, buffer: number, module: ModuleSpec): Promise<Float32Array> {
  return floats(await session.read(buffer, 0, module.buffers[buffer]?.size.fixed ?? 0));
}

/** Copies a parameter out of the arena, in row-major order of its shape. */
export function readParameter(arena: Float32Array, parameter: ParameterSpec): Float32Array {
  const values = new Float32Array(elementCount(parameter.shape));
  walk(parameter, (place, index) => {
    values[index] = arena[place] ?? 0;
  });
  return values;
}

/** Copies row-major values into the arena. `values` must have as many elements as the shape says. */
export function writeParameter(arena: Float32Array, parameter: ParameterSpec, values: ArrayLike<number>): void {
  walk(parameter, (place, index) => {
    arena[place] = values[index] ?? 0;
  });
}

/** Visits the elements in row-major order with their place in the arena. */
export function walk(
  { shape, strides, offset }: Pick<ParameterSpec, 'shape' | 'strides' | 'offset'>,
  visit: (place: number, index: number) => void,
): void {
  const count = elementCount(shape);
  const position = shape.map(() => 0);
  let place = offset;
  for (let index = 0; index < count; index++) {
    visit(place, index);
    // Counts up in the last dimension, carrying to the left.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = (position[axis] ?? 0) + 1;
      const size = shape[axis] ?? 1;
      const stride = strides[axis] ?? 0;
      place += stride;
      if (at < size) {
        position[axis] = at;
        break;
      }
      position[axis] = 0;
      place -= stride * size;
    }
  }
}
