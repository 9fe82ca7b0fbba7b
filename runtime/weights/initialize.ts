/**
 * A model's first parameters. Each value depends on (seed, the parameter's index in the model, the element's index in
 * PyTorch's order) and on nothing else, so that the memory layout and the device may change without changing the values.
 */
import type { InitSpec, ParameterSpec } from '../program.ts';
import { purpose, RandomStream } from '../random.ts';
import { elementCount } from '../tensor.ts';

/** The parameter's values in row-major order of its PyTorch shape. */
export function initialValues(parameter: ParameterSpec, index: number, seed: number): Float32Array {
  const values = new Float32Array(elementCount(parameter.shape));
  fill(values, parameter.init, new RandomStream(seed, purpose.initialize, index));
  return values;
}

function fill(values: Float32Array, init: InitSpec, stream: RandomStream): void {
  switch (init.kind) {
    case 'constant':
      values.fill(init.value);
      return;
    case 'uniform':
      for (let i = 0; i < values.length; i++) values[i] = stream.uniform(init.low, init.high);
      return;
    case 'normal':
      for (let i = 0; i < values.length; i++) values[i] = stream.normal(init.mean, init.std);
      return;
    case 'truncated_normal':
      for (let i = 0; i < values.length; i++) {
        do values[i] = stream.normal(init.mean, init.std);
        while ((values[i] ?? 0) < init.low || (values[i] ?? 0) > init.high);
      }
      return;
  }
}
