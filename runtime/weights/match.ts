/**
 * Checks a file's tensors against what a model has: every parameter must be there with its shape, and nothing else. All
 * that does not fit is reported at once, by name.
 */
import { UserError } from '../errors.ts';
import type { ParameterSpec } from '../program.ts';
import { didYouMean } from '../suggest.ts';
import { elementCount, showShape } from '../tensor.ts';
import type { AnyTensor } from './safetensors.ts';

/** Messages list this many tensors of a kind, and the number of the rest. */
const shown = 8;

/** Throws `UserError` unless `tensors` are exactly the `parameters`. `source` names the file, `model` the class. */
export function checkTensors(
  tensors: ReadonlyMap<string, AnyTensor>,
  parameters: readonly ParameterSpec[],
  model: string,
  source: string,
): void {
  const wanted = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const surplus = [...tensors.keys()].filter((name) => !wanted.has(name));
  const missing = parameters.filter(({ name }) => !tensors.has(name));
  const problems: string[] = [];
  for (const { name, shape } of missing) {
    const near = didYouMean(name, surplus);
    problems.push(
      `missing: ${name}, expected f32${showShape(shape)}${near === undefined ? '' : `; did you mean the file's \`${near}\`?`}`,
    );
  }
  const misShaped: string[] = [];
  for (const [name, { shape, data }] of tensors) {
    const parameter = wanted.get(name);
    if (!parameter) continue;
    if (data.length !== elementCount(shape)) {
      misShaped.push(`mis-shaped: ${name} says ${showShape(shape)}, but has ${data.length} elements`);
      continue;
    }
    const element = data instanceof Float32Array ? 'f32' : data instanceof Int32Array ? 'i32' : 'u8';
    if (element !== 'f32' || shape.join() !== parameter.shape.join()) {
      misShaped.push(
        `mis-shaped: ${name}, expected f32${showShape(parameter.shape)}, found ${element}${showShape(shape)}`,
      );
    }
  }
  const extra = surplus.map(
    (name) => `surplus: ${name} ${showShape(tensors.get(name)?.shape ?? [])} is not a parameter`,
  );
  const lines = [problems, misShaped, extra].flatMap(abridge);
  if (lines.length === 0) return;
  throw new UserError(
    `${source} does not fit ${model}:\n${lines.map((line) => `  ${line}`).join('\n')}\n` +
      `${model} has ${parameters.length} parameters, the file ${tensors.size} tensors. ` +
      'Give weights that were saved from this model, or change the model so that names and shapes agree',
  );
}

function abridge(lines: readonly string[]): string[] {
  if (lines.length <= shown) return [...lines];
  const kind = lines[0]?.split(':')[0] ?? '';
  return [...lines.slice(0, shown), `${kind}: ${lines.length - shown} more`];
}
