/** What a bundle of runtime and generated module exports, found by what it is: its names depend on the network's. */
import type * as Runtime from '../../runtime/index.ts';

export type Bundle = typeof Runtime & Readonly<Record<string, unknown>>;

export interface Model extends Runtime.CompiledModel {
  forward(inputs: Readonly<Record<string, Runtime.Tensor>>): Promise<Runtime.Tensor>;
}

export interface ModelClass {
  create(device: Runtime.Device, options: Runtime.CreateOptions): Promise<Model>;
}

export function modelClassOf(bundle: Bundle): ModelClass {
  const isModelClass = (value: unknown): value is ModelClass =>
    typeof value === 'function' && value.prototype instanceof bundle.CompiledModel;
  return found(bundle, isModelClass, 'model');
}

export function modelSpecOf(bundle: Readonly<Record<string, unknown>>): Runtime.ModelSpec {
  return found(
    bundle,
    (value): value is Runtime.ModelSpec => isObject(value) && 'module' in value && 'output' in value,
    'model',
  );
}

/** Undefined where the network has none. */
export function trainingIn(bundle: Readonly<Record<string, unknown>>): Runtime.TrainingSpec | undefined {
  return Object.values(bundle).find(isTraining);
}

export const trainingOf = (bundle: Readonly<Record<string, unknown>>): Runtime.TrainingSpec =>
  found(bundle, isTraining, 'training');

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isTraining = (value: unknown): value is Runtime.TrainingSpec =>
  isObject(value) && 'dataset' in value && 'uniforms' in value;

function found<T>(bundle: Readonly<Record<string, unknown>>, is: (value: unknown) => value is T, what: string): T {
  const value = Object.values(bundle).find(is);
  if (value === undefined) throw new Error(`the bundle has no ${what}`);
  return value;
}
