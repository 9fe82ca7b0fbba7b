/**
 * `schedule = cosine(warmup=500)`: a function of the step and of the number of all steps, which the optimizer's learning
 * rate is multiplied with. Both are numbers that the host provides each step.
 */
import type { Expression, OptimizerDeclaration } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { describe, textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import { type TensorValue, tensorOf, type Value } from './values.ts';

/** A number that the host provides each step: `step`, 1 for the first; `steps`, that of the last. */
export const hostNumber = (name: 'step' | 'steps', span: Span): TensorValue =>
  tensorOf({ kind: 'uniform', name, type: { element: 'f32', shape: [] }, span });

/** Scales `lr` in the optimizer's scope; false (and reported) where that cannot be. `site` is the training's. */
export function applySchedule(
  schedule: Expression,
  { name, config }: OptimizerDeclaration,
  inner: Site,
  site: Site,
): boolean {
  const rate = inner.scope.lookup('lr');
  if (!rate || !config.some((parameter) => parameter.name.name === 'lr')) {
    fail(site, {
      code: 'E0504',
      message: `${name.name} has no learning rate \`lr\` that a schedule could change`,
      span: schedule.span,
      help: ["a schedule multiplies the optimizer's argument `lr`"],
    });
    return false;
  }
  const place: Site = { ...inner, module: site.module };
  const numbers: Value[] = [hostNumber('step', schedule.span), hostNumber('steps', schedule.span)];
  const factor = site.checker.applyStage(schedule, numbers, place, {});
  if (factor.kind === 'poison') return false;
  if (factor.kind !== 'tensor' || factor.type.element !== 'f32' || factor.type.shape.length > 0) {
    fail(site, {
      code: 'E0504',
      message: `the schedule ${textAt(schedule.span)} must give one f32 number, not ${describe(factor)}`,
      span: schedule.span,
      help: ['as in `fn halves(step: f32[], steps: f32[]) -> f32[] { where(step < steps / 2, 1, 0.5) }`'],
    });
    return false;
  }
  inner.scope.bind('lr', inner.checker.elementwise('mul', [rate, factor], schedule.span, inner));
  return true;
}
