/**
 * `freeze = [conv1, layer1.0]`: parameters that a training leaves as they are, by the names of their layers. They get no
 * gradient and no optimizer state. Buffers are no parameters: running statistics of a frozen layer still follow the data.
 */
import { isWithin } from './layer-paths.ts';
import type { TypedModel, TypedParameter } from './typed.ts';

/** The model with the parameters at or below the paths not trained. */
export function freeze(model: TypedModel, paths: readonly string[]): TypedModel {
  if (paths.length === 0) return model;
  const frozen = ({ path }: TypedParameter): boolean => paths.some((prefix) => isWithin(path, prefix));
  return {
    ...model,
    parameters: model.parameters.map((parameter) =>
      frozen(parameter) ? { ...parameter, trainable: false } : parameter,
    ),
  };
}
