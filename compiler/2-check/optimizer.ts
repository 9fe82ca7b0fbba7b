/**
 * An optimizer elaborated for one flat tensor of P elements: all parameters, one after the other. The step is a number
 * that the host provides; what depends on it alone stays scalar, so that it is computed once a step.
 */
import type { Expression, OptimizerDeclaration } from '../1-parse/ast.ts';
import { dim } from '../dim/dim.ts';
import type { TensorType } from '../ops/types.ts';
import { bindArguments } from './arguments.ts';
import { evaluateArguments } from './calls.ts';
import { bindConfig, configOf } from './instantiate.ts';
import { Matching } from './matching.ts';
import { lookup, type ModuleScope } from './modules.ts';
import { unknownName } from './names.ts';
import { applySchedule, hostNumber } from './schedule.ts';
import { Scope } from './scope.ts';
import { textAt } from './show.ts';
import { type Frame, fail, newFrame, newUnit, type Site } from './site.ts';
import type { TypedExpr, TypedOptimizer } from './typed.ts';
import { tensorOf } from './values.ts';
import { visitExpr } from './walk.ts';

/**
 * The right side of `optimizer = Adam(lr=0.001)`, its learning rate changed by the step as `schedule` says; undefined where
 * it is none, errors are reported.
 */
export function elaborateOptimizer(
  expression: Expression,
  schedule: Expression | undefined,
  site: Site,
): TypedOptimizer | undefined {
  const call = expression.kind === 'call' ? expression : undefined;
  const callee = call?.callee ?? expression;
  if (callee.kind === 'missing') return undefined;
  const named = callee.kind === 'name' ? lookup(site.module, callee.name) : undefined;
  const [declaration] = named?.declarations ?? [];
  if (named && !declaration) return undefined;
  if (callee.kind === 'name' && !named) {
    fail(site, unknownName('optimizer', callee.name, callee.span, optimizerNames(site.module)));
    return undefined;
  }
  if (!named || declaration?.kind !== 'optimizer') {
    fail(site, {
      code: 'E0504',
      message: `${textAt(callee.span)} is not an optimizer`,
      span: callee.span,
      help: [`as in Adam(lr=0.001); the optimizers are ${optimizerNames(site.module).join(', ')}`],
    });
    return undefined;
  }
  const given = call ? evaluateArguments(call, site) : [];
  const binding = bindArguments(declaration.name.name, declaration.config, given, expression.span);
  for (const problem of binding.problems) fail(site, problem);
  if (binding.problems.length > 0) return undefined;
  return elaborateBody(declaration, named.module, binding.bound, expression, schedule, site);
}

const optimizerNames = (module: ModuleScope): string[] =>
  [...module.outer, ...module.names].flatMap(([name, { declarations }]) =>
    declarations[0]?.kind === 'optimizer' ? [name] : [],
  );

function elaborateBody(
  declaration: OptimizerDeclaration,
  module: ModuleScope,
  bound: ReturnType<typeof bindArguments>['bound'],
  expression: Expression,
  schedule: Expression | undefined,
  site: Site,
): TypedOptimizer | undefined {
  const [p, g, step] = declaration.inputs;
  if (!p || !g || !step || declaration.inputs.length !== 3) {
    fail(site, {
      code: 'E0409',
      message: `the optimizer ${declaration.name.name} must take a parameter, its gradient and the step`,
      span: declaration.name.span,
      help: ['as in (p: f32[...S], g: f32[...S], step: int)'],
    });
    return undefined;
  }
  const size = dim.symbol('P');
  const type: TensorType = { element: 'f32', shape: [size] };
  const frame: Frame = newFrame({
    callee: declaration.name.name,
    kind: 'optimizer',
    path: '',
    caller: { frame: site.frame, span: expression.span },
    optimizes: { name: p.name.name, type },
  });
  const inner: Site = { ...site, scope: new Scope(), module, frame, unit: newUnit(true), leads: [] };
  const configured = { declaration, config: declaration.config, given: bound };
  const bindLate = bindConfig(configured, new Matching(inner), inner, site);
  const [parameter, gradient] = [p, g].map(({ name }) => {
    const local = inner.unit.nextLocal++;
    inner.scope.bind(name.name, tensorOf({ kind: 'local', local, type, span: name.span }));
    return local;
  });
  inner.scope.bind(step.name.name, hostNumber('step', step.name.span));
  const spread = p.type.kind === 'tensor' ? p.type.dims?.find((node) => node.kind === 'spread') : undefined;
  if (spread) inner.scope.bind(spread.name.name, { kind: 'tuple', items: [{ kind: 'int', dim: size }] });
  bindLate();
  const config = configOf(declaration.config, inner);
  if (schedule && !applySchedule(schedule, declaration, inner, site)) return undefined;
  inner.checker.evaluateBlock(declaration.body, { ...inner, scope: new Scope(inner.scope) });
  if (!frame.updates.some((update) => update.path === p.name.name) && !site.checker.reporter.failed) {
    fail(inner, {
      code: 'E0409',
      message: `the optimizer ${declaration.name.name} never updates ${p.name.name}`,
      span: declaration.name.span,
      help: [`add \`update ${p.name.name} = …\``],
    });
  }
  return {
    name: declaration.name.name,
    config,
    parameter,
    gradient,
    size,
    ...withoutIdleStates(frame),
  };
}

/** A state whose next value is itself takes no memory; what only it would have used goes with it. */
function withoutIdleStates(frame: Frame): Pick<TypedOptimizer, 'state' | 'lets' | 'updates'> {
  const values = new Map(frame.lets.map(({ local, value }) => [local, value]));
  const root = (expr: TypedExpr): number | undefined => {
    if (expr.kind !== 'local') return undefined;
    const value = values.get(expr.local);
    return value ? root(value) : expr.local;
  };
  const idle = new Set(
    frame.states
      .filter(({ name, local }) =>
        frame.updates.every((update) => update.path !== name || root(update.value) === local),
      )
      .map(({ name }) => name),
  );
  const updates = frame.updates.filter(({ path }) => !idle.has(path));
  const live = new Set<number>();
  const reach = (expr: TypedExpr): void =>
    visitExpr(expr, (part) => {
      if (part.kind !== 'local' || live.has(part.local)) return;
      live.add(part.local);
      const value = values.get(part.local);
      if (value) reach(value);
    });
  for (const { value } of updates) reach(value);
  return {
    state: frame.states.filter(({ name, local }) => !idle.has(name) || live.has(local)),
    lets: frame.lets.filter(({ local }) => live.has(local)),
    updates: updates.map(({ path, value }) => ({ name: path, value })),
  };
}
