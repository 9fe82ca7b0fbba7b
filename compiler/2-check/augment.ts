/**
 * Augments: random transforms of one sample, for training only. Inside, the batch is a variable as a comprehension's are
 * (`leads.ts`): the image has no batch axis, and a draw is one number a sample.
 */
import type { Argument, AugmentDeclaration, Expression } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import { bindArguments, fromArgument } from './arguments.ts';
import { enclosed } from './enclosed.ts';
import { instantiate, sameType } from './instantiate.ts';
import { spread } from './leads.ts';
import type { ModuleScope } from './modules.ts';
import { describe, textAt } from './show.ts';
import { fail, inAugment, type Site } from './site.ts';
import { noteOf } from './trace.ts';
import type { TypedModel } from './typed.ts';
import { type Lead, poison, type TensorValue, tensorOf, toTensor, type Value } from './values.ts';

/** An augment as a stage of a pipeline. */
export function applyAugment(
  declaration: AugmentDeclaration,
  module: ModuleScope,
  args: readonly Argument[],
  inputs: readonly Value[],
  span: Span,
  site: Site,
): Value {
  const callee = declaration.name.name;
  if (!inAugment(site.frame)) {
    return fail(site, {
      code: 'E0208',
      message: `${callee} is an augment: it belongs to a training, not into a body that inference runs too`,
      span,
      label: 'an augment',
      help: [`write \`augment = ${textAt(span)}\` in the \`train\` block; it then runs in training steps only`],
    });
  }
  const given = args.map((argument) => ({
    ...fromArgument(argument),
    value: site.checker.evaluate(argument.value, site),
  }));
  const binding = bindArguments(callee, declaration.config, given, span);
  for (const problem of binding.problems) fail(site, problem);
  if (binding.problems.length > 0) return poison;
  if (inputs.length !== declaration.inputs.length) {
    return fail(site, {
      code: inputs.length < declaration.inputs.length ? 'E0402' : 'E0403',
      message: `${callee} takes ${declaration.inputs.map((p) => p.name.name).join(', ')}, and is given ${inputs.length} inputs`,
      span,
      help: ['an augment is applied to one sample: `image |> Flip(0.5)`'],
    });
  }
  const call = { title: callee, callee, kind: 'augment' as const, span, stage: span, inputs: inputs.length };
  const matched = declaration.inputs.map((parameter, i) => ({ parameter, value: inputs[i], span }));
  const { config } = declaration;
  const { path } = site.frame;
  return instantiate(
    { declaration, module, call, config, given: binding.bound, inputs: matched, path, named: true },
    site,
  );
}

/**
 * The model's first input as the setting `augment` changes it; undefined (and reported) where that is another type.
 * `A |> B(0.5)` are several augments, one after the other.
 */
export function augmented(
  setting: Expression,
  input: TensorValue,
  model: TypedModel,
  site: Site,
): TensorValue | undefined {
  const lead: Lead = { name: model.batch, extent: dim.symbol(model.batch) };
  const stages: Expression[] = [];
  let start = setting;
  for (; start.kind === 'pipe'; start = start.input) stages.push(start.stage);
  const sample = tensorOf(input.expr, input.axes.slice(1), [lead]);
  const value = enclosed('augment', setting.span, { ...site, leads: [lead] }, (inner) =>
    [start, ...stages.reverse()].reduce<Value>(
      (current, stage) => inner.checker.applyStage(stage, [current], inner, {}),
      sample,
    ),
  );
  if (value.kind === 'poison') return undefined;
  const result = toTensor(value, setting.span);
  const batched = result && tensorOf(spread(result, [lead]).expr, [undefined, ...result.axes]);
  if (batched && sameType(batched.type, model.inputs[0].type)) return batched;
  const wanted = { ...model.inputs[0].type, shape: model.inputs[0].type.shape.slice(1) };
  fail(site, {
    code: 'E0506',
    message: `${model.name} takes samples of ${showType(wanted)}, but the augment gives ${result ? showType(result.type) : describe(value)}`,
    span: setting.span,
    notes: [
      { span: model.span, message: `${model.inputs[0].name}: ${showType(wanted)} for each sample` },
      ...(result ? noteOf(result.axes.find((_, axis) => !sameSize(result, wanted.shape, axis))) : []),
    ],
    help: ['the last augment of the chain must give what the model takes'],
  });
  return undefined;
}

const sameSize = ({ type }: TensorValue, wanted: TensorValue['type']['shape'], axis: number): boolean =>
  wanted[axis] !== undefined && dim.equal(type.shape[axis], wanted[axis]);
