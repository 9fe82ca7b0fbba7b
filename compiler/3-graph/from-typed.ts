/** Typed models and trainings to graphs, one for each program that the generated class runs. Nothing is simplified here. */
import type { TypedModel, TypedTraining } from '../2-check/typed.ts';
import { InternalError } from '../ops/internal-error.ts';
import type { Value } from '../ops/primitive.ts';
import { differentiate } from './autodiff.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';
import { Inliner, Scope } from './inline.ts';
import { buildOptimizer, type ScaledRange } from './optimizer.ts';

export interface TrainingGraphs {
  /** The model's inputs -> result `output`. */
  readonly infer: Graph;
  /** The data set's fields -> result `output`, records `loss` and the metrics. */
  readonly evaluate: Graph;
  /** The data set's fields -> records `loss` and the metrics, gradients of the trainable parameters, buffers' updates. */
  readonly train: Graph;
  /** Flat vectors -> updates of the parameters (`*`) and of the optimizer's state. */
  readonly optimizer: Graph;
}

/** Results of `buildAugmentation`: the first of the model's inputs before and after the augment. */
export const PLAIN = 'plain';
export const AUGMENTED = 'augmented';

export const LOSS = 'loss';
export const OUTPUT = 'output';

/** The model's forward computation. */
export function buildInference(model: TypedModel): Graph {
  const g = new GraphBuilder('infer');
  const inputs = model.inputs.map(({ name, type }) => g.input(name, type));
  g.output('result', OUTPUT, applyModel(new Inliner(g), model, inputs));
  return g.finish();
}

/** A training's graphs as the source says them, the backward pass added by reverse-mode differentiation. */
export function buildGraphs(training: TypedTraining, ranges: readonly ScaledRange[] = []): TrainingGraphs {
  const trainable = training.model.parameters.filter((parameter) => parameter.trainable).map(({ path }) => path);
  return {
    infer: buildInference(training.model),
    evaluate: forwardGraph('evaluate', training),
    train: differentiate(forwardGraph('train', training), LOSS, trainable),
    optimizer: buildOptimizer(training.optimizer, ranges),
  };
}

/** What a training's augment makes of its samples, by itself: the data set's fields -> `plain` and `augmented`. */
export function buildAugmentation(training: TypedTraining): Graph {
  const g = new GraphBuilder('augmentation');
  const inliner = new Inliner(g);
  const scope = fieldScope(g, training);
  const { input, augmented = input } = training;
  for (const [name, [{ value }]] of [[PLAIN, input] as const, [AUGMENTED, augmented] as const]) {
    g.output('result', name, inliner.expression(value, scope, { path: '', callee: '' }));
  }
  return g.finish();
}

/** The fields of a batch's samples. */
function fieldScope(g: GraphBuilder, { fields }: TypedTraining): Scope {
  const scope = new Scope();
  for (const { name, local, type } of fields) scope.set(local, g.input(name, type));
  return scope;
}

function applyModel(inliner: Inliner, model: TypedModel, inputs: readonly Value[]): Value {
  const scope = new Scope();
  for (const [i, { local }] of model.inputs.entries()) scope.set(local, inputs[i]);
  return inliner.block(model.body, scope, { path: '', callee: '' });
}

function forwardGraph(name: 'evaluate' | 'train', training: TypedTraining): Graph {
  const g = new GraphBuilder(name);
  const inliner = new Inliner(g);
  const scope = fieldScope(g, training);
  // A layer may compute something else while it trains (`training`).
  const model = name === 'train' ? (training.trainingModel ?? training.model) : training.model;
  const given = name === 'train' ? (training.augmented ?? training.input) : training.input;
  const inputs = model.inputs.map((input) => {
    const value = given.find((entry) => entry.name === input.name);
    if (!value) throw new InternalError(`the training ${training.name} does not say what the input ${input.name} is`);
    return inliner.expression(value.value, scope, { path: '', callee: '' });
  });
  const output = applyModel(inliner, model, inputs);
  scope.set(training.output, output);
  if (name === 'evaluate') g.output('result', OUTPUT, output);
  g.output('record', LOSS, inliner.expression(training.loss, scope, { path: LOSS, callee: '' }));
  for (const metric of training.metrics) {
    g.output('record', metric.name, inliner.expression(metric.value, scope, { path: metric.name, callee: '' }));
  }
  if (name === 'train') for (const [path, value] of inliner.updates) g.output('update', path, value);
  return g.finish();
}
