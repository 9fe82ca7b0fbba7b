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
  const found = Object.values(bundle).find(isModelClass);
  if (!found) throw new Error('the bundle has no model');
  return found;
}

export function trainingOf(bundle: Readonly<Record<string, unknown>>): Runtime.TrainingSpec {
  const isTraining = (value: unknown): value is Runtime.TrainingSpec =>
    typeof value === 'object' && value !== null && 'dataset' in value && 'uniforms' in value;
  const found = Object.values(bundle).find(isTraining);
  if (!found) throw new Error('the bundle has no training');
  return found;
}
