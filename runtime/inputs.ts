/** Checks what a generated class's `forward` is given, in the words of the `.net` file: JavaScript calls it without types. */
import type { HostArray } from './device.ts';
import { UserError } from './errors.ts';
import type { ModelSpec } from './model-spec.ts';
import type { StorageElement } from './program.ts';
import { elementCount, showShape, type Tensor } from './tensor.ts';

/** A call's inputs by name. */
export type Inputs = Readonly<Record<string, Tensor<readonly number[], HostArray>>>;

/** The number of samples, or a `UserError` that names the input, what was expected and what came. */
export function checkInputs(spec: ModelSpec, inputs: Inputs): number {
  let n: number | undefined;
  for (const { name, shape, element } of spec.inputs) {
    const input = inputs[name];
    const expected = `${element}${showShape(['N', ...shape])}`;
    const fail = (found: string, remedy: string): never => {
      throw new UserError(`${spec.name}.forward: the input \`${name}\` is ${expected}, but got ${found}; ${remedy}`);
    };
    if (!input) return fail('nothing', `give \`{ ${name}: tensor(data, ${showShape(['N', ...shape])}) }\``);
    const found = `${elementOf(input.data)}${showShape(input.shape)}`;
    const [batch = 0, ...rest] = input.shape;
    if (rest.length !== shape.length && input.shape.join() === shape.join()) {
      return fail(found, `add the batch in front: ${showShape([1, ...shape])} for one sample`);
    }
    if (rest.join() !== shape.join()) return fail(found, `only the first size, the batch, may differ`);
    if (elementOf(input.data) !== element) return fail(found, `convert the data to ${element} first`);
    if (!Number.isInteger(batch) || batch < 1) return fail(found, 'a batch has at least one sample');
    if (input.data.length !== elementCount(input.shape)) {
      return fail(`${found} with ${input.data.length} elements`, `the shape asks for ${elementCount(input.shape)}`);
    }
    if (n !== undefined && batch !== n) {
      return fail(found, `the inputs before it have ${n} samples; all need the same number`);
    }
    n = batch;
  }
  return n ?? 1;
}

function elementOf(data: HostArray): StorageElement {
  if (data instanceof Float32Array) return 'f32';
  return data instanceof Int32Array ? 'i32' : 'u8';
}
