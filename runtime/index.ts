/**
 * The runtime's public face, `netc/runtime`: what generated modules and people who use them import. Nothing is done here.
 */
export type { DatasetSpec, FieldSpec, Split, SplitName } from './data/dataset.ts';
export { openSplit } from './data/later.ts';
export { type Batch, Loader, type LoaderOptions } from './data/loader.ts';
export type { DataOptions } from './data/open.ts';
export type { Device, HostArray, Session } from './device.ts';
export { UserError } from './errors.ts';
export { CompiledModel, type CreateOptions, openModel } from './model.ts';
export type { InputSpec, ModelSpec } from './model-spec.ts';
export type { DeviceChoice, DeviceOptions } from './open-device.ts';
export { openDevice } from './open-device.ts';
export type {
  BufferSpec,
  InitSpec,
  KernelSpec,
  ModuleSpec,
  ParameterSpec,
  ProgramName,
  ProgramSpec,
  StateSpec,
} from './program.ts';
export { type Tensor, tensor } from './tensor.ts';
export { openData, type TrainingData } from './train/data.ts';
export { type Evaluation, evaluate } from './train/evaluate.ts';
export { Learner, type StepRecord } from './train/learner.ts';
export { runIfMain, runTrainer } from './train/main.ts';
export { Interrupted, type TrainingResult, TrainingRun } from './train/run.ts';
export type { RunNumbers, TrainingSpec, TrainOptions } from './train/training.ts';
export type { WeightsSource } from './weights/load.ts';
