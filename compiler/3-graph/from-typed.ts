/** Typed models and trainings to graphs: what the generated class runs, one graph for each program. */
import type { TypedModel, TypedTraining } from '../2-check/typed.ts';
import { InternalError } from '../ops/internal-error.ts';
import type { Value } from '../ops/primitive.ts';
import { differentiate } from './autodiff.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';
import { Inliner, Scope } from './inline.ts';
import { buildOptimizer } from './optimizer.ts';
import { runPasses } from './passes.ts';

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

export const LOSS = 'loss';
export const OUTPUT = 'output';

/** The model's forward computation, unsimplified. */
export function inferenceGraph(model: TypedModel): Graph {
  const g = new GraphBuilder('infer');
  const inputs = model.inputs.map(({ name, type }) => g.input(name, type));
  g.output('result', OUTPUT, applyModel(new Inliner(g), model, inputs));
  return g.finish();
}

/** The model, the loss and the metrics over the data set's fields, unsimplified. */
export function evaluationGraph(training: TypedTraining): Graph {
  return forwardGraph('evaluate', training);
}

/** As `evaluationGraph`, then the gradients of the loss; unsimplified. */
export function trainingGraph(training: TypedTraining): Graph {
  const trainable = training.model.parameters.filter((parameter) => parameter.trainable);
  return differentiate(
    forwardGraph('train', training),
    LOSS,
    trainable.map((parameter) => parameter.path),
  );
}

/** The simplified inference graph of a model. */
export function buildInference(model: TypedModel): Graph {
  return runPasses(inferenceGraph(model));
}

/** The simplified graphs of a training. */
export function buildGraphs(training: TypedTraining): TrainingGraphs {
  return {
    infer: buildInference(training.model),
    evaluate: runPasses(evaluationGraph(training)),
    train: runPasses(trainingGraph(training)),
    optimizer: runPasses(buildOptimizer(training.optimizer)),
  };
}

function applyModel(inliner: Inliner, model: TypedModel, inputs: readonly Value[]): Value {
  const scope = new Scope();
  for (const [i, { local }] of model.inputs.entries()) scope.set(local, inputs[i]);
  return inliner.block(model.body, scope, '');
}

function forwardGraph(name: 'evaluate' | 'train', training: TypedTraining): Graph {
  const g = new GraphBuilder(name);
  const inliner = new Inliner(g);
  const scope = new Scope();
  for (const { name: field, local, type } of training.fields) scope.set(local, g.input(field, type));
  const inputs = training.model.inputs.map((input) => {
    const given = training.input.find((entry) => entry.name === input.name);
    if (!given) throw new InternalError(`the training ${training.name} does not say what the input ${input.name} is`);
    return inliner.expression(given.value, scope, '');
  });
  const output = applyModel(inliner, training.model, inputs);
  scope.set(training.output, output);
  if (name === 'evaluate') g.output('result', OUTPUT, output);
  g.output('record', LOSS, inliner.expression(training.loss, scope, LOSS));
  for (const metric of training.metrics) {
    g.output('record', metric.name, inliner.expression(metric.value, scope, metric.name));
  }
  if (name === 'train') for (const [path, value] of inliner.updates) g.output('update', path, value);
  return g.finish();
}
