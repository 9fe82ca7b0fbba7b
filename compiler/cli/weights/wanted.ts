/** What a `.net` file wants of weights: the parameters of one of its networks, and what its training leaves out of a file. */
import { UserError } from '../../../runtime/errors.ts';
import type { Wanted } from '../../../runtime/weights/fit.ts';
import type { TypedModel, TypedProgram } from '../../2-check/typed.ts';
import { dim } from '../../dim/dim.ts';

export interface WantedWeights {
  /** The generated class's name. */
  readonly name: string;
  readonly parameters: readonly Wanted[];
  /** The `except` of the training's `pretrained(…)`. */
  readonly except: readonly string[];
}

/** The network called `name`; without a name that of the only training, or the only network. Throws `UserError`. */
export function wantedWeights({ trainings, models }: TypedProgram, file: string, name?: string): WantedWeights {
  const trained = trainings.map(({ name, model, weights }) => wantedOf(name, model, weights?.except ?? []));
  const others = models.filter((model) => !trained.some((one) => one.name === model.name));
  const all = [...trained, ...others.map((model) => wantedOf(model.name, model, []))];
  const usual = trained.length > 0 ? trained : all;
  const [chosen, second] = name === undefined ? usual : all.filter((one) => one.name === name);
  if (chosen && !second) return chosen;
  if (all.length === 0) throw new UserError(`${file} declares no model that can be built without configuration`);
  const names = all.map((one) => one.name).join(', ');
  throw new UserError(
    name === undefined
      ? `${file} has several networks; choose one with --name: ${names}`
      : `${file} has no network called ${name}; it has ${names}`,
  );
}

/** A network's parameters, for weights that are asked for all but `except`. */
export function wantedOf(name: string, { parameters, batch }: TypedModel, except: readonly string[]): WantedWeights {
  // No parameter's size depends on the batch.
  const shapeOf = (type: TypedModel['output']): number[] =>
    type.shape.map((size) => dim.evaluate(size, { [batch]: 1 }));
  return { name, parameters: parameters.map(({ path, type }) => ({ name: path, shape: shapeOf(type) })), except };
}
