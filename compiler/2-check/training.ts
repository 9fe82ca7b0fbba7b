/** `train` declarations: the model for its configuration, and the expressions over its result and the sample's fields. */
import type { Expression, TrainDeclaration, TypeNode } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import { bindArguments, fromArgument } from './arguments.ts';
import { augmented } from './augment.ts';
import { enclosed } from './enclosed.ts';
import { freeze } from './freeze.ts';
import { sameType } from './instantiate.ts';
import { layerPaths } from './layer-paths.ts';
import { rateScales } from './lr-scale.ts';
import { type ElaboratedModel, elaborateModel } from './model.ts';
import { lookup, type ModuleScope, visibleNames } from './modules.ts';
import { unknownCause, unknownName } from './names.ts';
import { elaborateOptimizer } from './optimizer.ts';
import { pretrained } from './pretrained.ts';
import { givenAxes } from './provenance.ts';
import { outputFixes } from './remedies.ts';
import { Scope } from './scope.ts';
import { collectSettings, plainSettings, positive, type Setting, type Settings } from './settings.ts';
import { describe, textAt } from './show.ts';
import { type Checker, fail, newFrame, newUnit, type Site } from './site.ts';
import type { TypedDataset, TypedExpr, TypedInput, TypedModel, TypedTraining } from './typed.ts';
import { poison, type TensorValue, tensorOf, toTensor, type Value } from './values.ts';

export interface ElaboratedTraining extends ElaboratedModel {
  readonly training: TypedTraining;
}

/** The data set of a name, elaborated once. */
export type Datasets = (declaration: string, module: ModuleScope) => TypedDataset | undefined;

/** Undefined where something that everything hangs on is missing; errors are reported. */
export function elaborateTraining(
  declaration: TrainDeclaration,
  module: ModuleScope,
  datasets: Datasets,
  checker: Checker,
): ElaboratedTraining | undefined {
  const frame = newFrame({ callee: declaration.model.name, kind: 'training', path: '' });
  const site: Site = { checker, scope: new Scope(), module, frame, unit: newUnit(true), leads: [] };
  const dataset = findDataset(declaration, datasets, site);
  const found = findModels(declaration, site);
  const { known: settings, mayBe } = collectSettings(declaration, site);
  const models = found && withFrozen(found, settings.get('freeze'), site);
  requireSettings(declaration, { known: settings, mayBe }, site);
  const optimizerSetting = settings.get('optimizer');
  const elaborated =
    optimizerSetting && elaborateOptimizer(optimizerSetting.value, settings.get('schedule')?.value, site);
  const weights = models && pretrained(settings.get('weights'), models.inference.model, site);
  const clip = positive(settings.get('clip'), site);
  const scales = models ? rateScales(settings.get('lr_scale'), models.inference.model, site) : [];
  if (!dataset || !models) return undefined;
  const plain = plainSettings(settings, dataset, site);
  if (!dataset.splits.some((split) => split.name === 'train')) {
    fail(site, {
      code: 'E0507',
      message: `the data set ${dataset.name} has no split to train on`,
      span: declaration.dataset.span,
      help: ['add `train { … }` with a file for each field'],
    });
  }

  const { model, unit } = models.inference;
  site.unit.nextLocal = Math.max(unit.nextLocal, models.trained.unit.nextLocal);
  const batch = dim.symbol(model.batch);
  const fields = dataset.sample.map(({ name, type }): TypedInput => {
    return { name, local: site.unit.nextLocal++, type: { ...type, shape: [batch, ...type.shape] } };
  });
  for (const { name, local, type } of fields) bindLocal(name, local, type, declaration.dataset.span, site);
  const inputSetting = settings.get('input');
  const unsure = models.inference.failed || (!inputSetting && mayBe('input'));
  const input = unsure ? undefined : modelInput(declaration, inputSetting, model, fields, site);
  site.unit.nextDraw = models.trained.unit.nextDraw;
  const augment = settings.get('augment');
  const first = input?.[0];
  const changed =
    augment && first && augmented(augment.value, inputTensor(first.value, augment.value.span), model, site);

  const output = site.unit.nextLocal++;
  if (models.inference.doubtful) site.scope.bind('output', poison);
  else {
    const type = model.output;
    const axes = outputAxes(declaration, models);
    site.scope.bind('output', tensorOf({ kind: 'local', local: output, type, span: models.result }, axes));
  }
  const loss = scalar(settings.get('loss')?.value, 'the loss', site);
  const metrics = metricsOf(settings.get('metrics'), site);
  if (!input || !loss || !elaborated || (augment && !changed)) return undefined;
  const training: TypedTraining = {
    name: (declaration.name ?? declaration.model).name,
    doc: declaration.doc,
    span: (declaration.name ?? declaration.model).span,
    model,
    ...(models.trained === models.inference ? {} : { trainingModel: models.trained.model }),
    dataset,
    fields,
    input,
    ...(changed ? { augmented: [{ ...input[0], value: changed.expr }, ...input.slice(1)] } : {}),
    output,
    loss,
    metrics,
    ...(weights ? { weights } : {}),
    optimizer: { ...elaborated, ...(clip === undefined ? {} : { clip }), ...(scales.length === 0 ? {} : { scales }) },
    ...plain,
  };
  return { training, ...models.inference };
}

const inputTensor = (expr: TypedExpr, span: Span): TensorValue =>
  tensorOf(expr, givenAxes(span, expr.type, textAt(span)));

function withFrozen(models: Models, setting: Setting | undefined, site: Site): Models {
  // A model that failed may lack the very layer.
  if (models.inference.failed) return models;
  const paths = setting ? layerPaths(setting.value, 'freeze', models.inference.model, site) : [];
  const frozen = (elaborated: ElaboratedModel): ElaboratedModel => ({
    ...elaborated,
    model: freeze(elaborated.model, paths),
  });
  const inference = frozen(models.inference);
  return { ...models, inference, trained: models.trained === models.inference ? inference : frozen(models.trained) };
}

function bindLocal(name: string, local: number, type: TensorValue['type'], span: Span, site: Site): void {
  site.scope.bind(name, tensorOf({ kind: 'local', local, type, span }, givenAxes(span, type, name)));
}

/** The sizes of a model's result stand in its type; the layers before it say what would change them. */
function outputAxes(declaration: TrainDeclaration, { inference, result, type: written }: Models): TensorValue['axes'] {
  const { axes, model } = inference;
  return model.output.shape.map((_, axis) => ({
    span: result,
    type: model.output,
    axis,
    what: 'output',
    origin: () => ({ from: [], resized: (size) => outputFixes(declaration, written, axis, axes[axis], size) }),
  }));
}

function findDataset(declaration: TrainDeclaration, datasets: Datasets, site: Site): TypedDataset | undefined {
  const { name, span } = declaration.dataset;
  const named = lookup(site.module, name);
  const [found] = named?.declarations ?? [];
  if (named && !found) return undefined;
  if (!named || found?.kind !== 'dataset') {
    if (!found) fail(site, unknownName('dataset', name, span, visibleNames(site.module)));
    else {
      const help = ['write `train Model on DataSet { … }`'];
      fail(site, { code: 'E0208', message: `${name} is a ${found.kind}, not a data set`, span, help });
    }
    return undefined;
  }
  return datasets(name, site.module);
}

interface Models {
  readonly inference: ElaboratedModel;
  readonly trained: ElaboratedModel;
  /** Where the type of the result is declared. */
  readonly result: Span;
  readonly type: TypeNode | undefined;
}

/** The model for inference and for training; the same where it never asks for `training`. */
function findModels(declaration: TrainDeclaration, site: Site): Models | undefined {
  const { name, span } = declaration.model;
  const named = lookup(site.module, name);
  const [found] = named?.declarations ?? [];
  if (named && !found) return undefined;
  if (!named || found?.kind !== 'model') {
    if (!found) fail(site, unknownName('model', name, span, visibleNames(site.module)));
    else {
      const help = ['only a `model` is trained; declare it with `model` instead'];
      fail(site, { code: 'E0208', message: `${name} is a ${found.kind}, not a model`, span, help });
    }
    return undefined;
  }
  const given = declaration.config.map((argument) => ({
    ...fromArgument(argument),
    value: site.checker.evaluate(argument.value, site),
  }));
  const binding = bindArguments(name, found.config, given, span);
  for (const problem of binding.problems) fail(site, problem);
  if (binding.problems.length > 0) return undefined;
  const title = (declaration.name ?? declaration.model).name;
  const use = { declaration: found, module: named.module, name: title, given: binding.bound, site };
  const inference = elaborateModel({ ...use, training: false }, site.checker);
  if (!inference) return undefined;
  const trained = inference.unit.asksTraining ? elaborateModel({ ...use, training: true }, site.checker) : inference;
  const result = (found.result ?? found.name).span;
  return trained && { inference: withParameters(inference, trained), trained, result, type: found.result };
}

/** The model for inference with the parameters of layers that only training has, as auxiliary classifiers: all are kept together. */
function withParameters(inference: ElaboratedModel, trained: ElaboratedModel): ElaboratedModel {
  const { parameters } = trained.model;
  const known = new Set(inference.model.parameters.map(({ path }) => path));
  if (parameters.every(({ path }) => known.has(path))) return inference;
  const shared = new Set(parameters.map(({ path }) => path));
  const own = inference.model.parameters.filter(({ path }) => !shared.has(path));
  return { ...inference, model: { ...inference.model, parameters: [...parameters, ...own] } };
}

function requireSettings(declaration: TrainDeclaration, { known, mayBe }: Settings, site: Site): void {
  const examples = { loss: 'loss = cross_entropy(output, label)', optimizer: 'optimizer = Adam(lr=0.001)' };
  for (const [name, example] of Object.entries(examples)) {
    if (known.has(name) || mayBe(name)) continue;
    fail(site, {
      code: 'E0503',
      message: `the training of ${declaration.model.name} has no ${name}`,
      span: (declaration.name ?? declaration.model).span,
      label: `${name} is missing`,
      help: [`as in \`${example}\``],
    });
  }
}

/** The model's inputs as expressions of the fields. Without the setting, fields of the same names and types are taken. */
function modelInput(
  declaration: TrainDeclaration,
  setting: Setting | undefined,
  model: TypedModel,
  fields: readonly TypedInput[],
  site: Site,
): TypedTraining['input'] | undefined {
  const span = setting?.value.span ?? declaration.model.span;
  const value: Value = setting
    ? site.checker.evaluate(setting.value, site)
    : { kind: 'tuple', items: model.inputs.flatMap(({ name }) => site.scope.lookup(name) ?? []) };
  if (value.kind === 'poison') return undefined;
  const values = value.kind === 'tuple' ? value.items : [value];
  const tensors = values.flatMap((each) => (each.kind === 'tensor' ? [each] : []));
  if (tensors.length !== model.inputs.length || tensors.length !== values.length) {
    const missing = model.inputs.find((each) => !fields.some((field) => field.name === each.name));
    fail(site, {
      code: setting ? 'E0506' : 'E0503',
      cause: !setting && missing ? unknownCause(missing.name, span) : undefined,
      message: setting
        ? `${model.name} takes ${model.inputs.map((i) => i.name).join(', ')}, and input gives ${describe(value)}`
        : `the training does not say what ${model.name} gets as ${model.inputs.map((i) => i.name).join(', ')}`,
      span,
      help: ['as in `input = to_float(image)`, or `input = (a, b)` for several inputs'],
    });
    return undefined;
  }
  for (const [i, { name, type }] of model.inputs.entries()) {
    const actual = tensors[i].type;
    if (sameType(type, actual)) continue;
    const pixels = actual.element === 'u8' && type.element === 'f32';
    const field = fields.find((f) => f.name === name)?.name ?? 'image';
    fail(site, {
      code: 'E0506',
      message: `${model.name} takes ${showType(type)} as ${name}, but the input is ${showType(actual)}`,
      span,
      label: showType(actual),
      notes: [{ span: model.span, message: `${name}: ${showType(type)} is declared here` }],
      help: [
        pixels
          ? `write \`input = to_float(${setting ? textAt(span) : field})\``
          : `declare \`${name}: ${showType(actual)}\`, or bring the sample to ${showType(type)}`,
      ],
      fixes:
        pixels && setting
          ? [{ title: 'Convert with to_float', edits: [{ span, text: `to_float(${textAt(span)})` }] }]
          : [],
    });
    return undefined;
  }
  return model.inputs.map(({ name }, i) => ({ name, value: tensors[i].expr }));
}

/** E0505 unless the expression is one f32 number. */
function scalar(expression: Expression | undefined, what: string, site: Site): TypedExpr | undefined {
  if (!expression) return undefined;
  const value = enclosed(what, expression.span, site, (inner) => inner.checker.evaluate(expression, inner));
  if (value.kind === 'poison') return undefined;
  const tensor = toTensor(value, expression.span);
  if (tensor?.type.element === 'f32' && tensor.type.shape.length === 0) return tensor.expr;
  fail(site, {
    code: 'E0505',
    message: `${what} must be one f32 number, not ${describe(value)}`,
    span: expression.span,
    help: ['take the mean over the batch: mean(…)'],
  });
  return undefined;
}

/** `metrics = [accuracy(output, label)]`: named after the function, with a number where a name repeats. */
function metricsOf(setting: Setting | undefined, site: Site): TypedTraining['metrics'] {
  const { value } = setting ?? {};
  if (!value || value.kind === 'missing') return [];
  const items = value.kind === 'list' || value.kind === 'tuple' ? value.items : [value];
  const names = new Set<string>(['loss']);
  return items.flatMap((item) => {
    const base = metricName(item);
    let name = base;
    for (let n = 2; names.has(name); n++) name = `${base}${n}`;
    names.add(name);
    const expr = scalar(item, `the metric ${name}`, site);
    return expr ? [{ name, value: expr }] : [];
  });
}

function metricName(expression: Expression): string {
  if (expression.kind === 'call') return metricName(expression.callee);
  if (expression.kind === 'pipe') return metricName(expression.stage);
  return expression.kind === 'name' ? expression.name : 'metric';
}
