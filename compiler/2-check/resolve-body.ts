/** Names and arguments within bodies, for `resolve.ts`; also finds `let`s that nothing uses (W0103). */
import type { Block, DimensionNode, Expression, Identifier, Parameter, Statement, TypeNode } from '../1-parse/ast.ts';
import { bindArguments, fromArgument } from './arguments.ts';
import { sizeFunctions } from './calls.ts';
import { distributionNames } from './draws.ts';
import { initializerNames } from './initializers.ts';
import { lookup, type ModuleScope, type NamedDeclaration, reportTwice, visibleNames } from './modules.ts';
import { unboundSpread, unknownName } from './names.ts';
import type { Definition, DefinitionKind, Observer } from './observer.ts';
import type { Reporter } from './report.ts';
import { Scope } from './scope.ts';

export interface Name extends Definition {
  used: boolean;
}

export interface Place {
  readonly module: ModuleScope;
  readonly reporter: Reporter;
  readonly scope: Scope<Name>;
  readonly observer: Observer | undefined;
}

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/** Binds a name where it is defined. */
export function define({ name, span }: Identifier, kind: DefinitionKind, { scope, observer }: Place): Name {
  const entry: Name = { name, span, kind, used: kind !== 'let' };
  scope.bind(name, entry);
  observer?.name(span, [entry]);
  return entry;
}

/** Tells the observer what a name of the module means. */
export function observeNamed({ name, span }: Identifier, { module, observer }: Place): void {
  const { declarations = [] } = (observer && lookup(module, name)) ?? {};
  const meant = declarations.map((one): Definition => ({ ...one.name, kind: 'declaration' }));
  if (meant.length > 0) observer?.name(span, meant);
}

const parametersOf = (declaration: NamedDeclaration): readonly Parameter[] =>
  'config' in declaration ? declaration.config : declaration.kind === 'fn' ? declaration.parameters : [];

/** Tells the observer which parameters the arguments of a call name. */
export function observeArguments(name: string, call: Pick<Of<'call'>, 'arguments'>, { module, observer }: Place): void {
  if (!observer) return;
  const parameters = (lookup(module, name)?.declarations ?? []).flatMap((declaration) =>
    parametersOf(declaration).map((parameter) => ({ declaration, parameter })),
  );
  for (const { name: given } of call.arguments) {
    const meant = parameters.filter(({ parameter }) => parameter.name.name === given?.name);
    if (!given || meant.length === 0) continue;
    observer.name(
      given.span,
      meant.map(({ declaration, parameter }) => ({ ...parameter.name, kind: kindOf(parameter, declaration) })),
    );
  }
}

/** A function's options and inputs stand in one list. */
export const kindOf = ({ type }: Parameter, { kind }: { readonly kind: string }): 'input' | 'option' =>
  kind === 'fn' && type.kind === 'tensor' ? 'input' : 'option';

export function resolveBlock(block: Block, outer: Place): void {
  const lets: [string, Name][] = [];
  const place: Place = { ...outer, scope: new Scope<Name>(outer.scope) };
  place.observer?.scope(block.span, place.scope);
  for (const statement of block.statements) lets.push(...resolveStatement(statement, place));
  if (block.result) resolveExpression(block.result, place);
  for (const [name, { span, used }] of lets) {
    if (used || name.startsWith('_') || place.module.library) continue;
    place.reporter.report({
      code: 'W0103',
      message: `${name} is never used`,
      span,
      label: 'not used',
      help: ['remove it, or use it'],
    });
  }
}

function resolveStatement(statement: Statement, place: Place): [string, Name][] {
  const { scope } = place;
  switch (statement.kind) {
    case 'let': {
      resolveExpression(statement.value, place);
      if (statement.type) resolveTypeNames(statement.type, place);
      return statement.names.map((name) => [name.name, define(name, 'let', place)]);
    }
    case 'param':
    case 'buffer':
    case 'state': {
      if (statement.type) resolveTypeNames(statement.type, place);
      resolveInitializer(statement.value, place);
      const { name, span } = statement.name;
      const before = scope.own(name);
      if (before && before.kind !== 'let') reportTwice(name, span, before.span, place.reporter);
      define(statement.name, 'parameter', place);
      return [];
    }
    case 'update':
      resolveExpression({ kind: 'name', ...statement.name }, place);
      resolveExpression(statement.value, place);
      return [];
    case 'expression':
      resolveExpression(statement.value, place);
      return [];
  }
}

/** `kaiming_uniform(a=sqrt(5))`: the distributions are no functions of the module. */
function resolveInitializer(value: Expression, place: Place): void {
  const own = value.kind === 'call' && value.callee.kind === 'name' && initializerNames.includes(value.callee.name);
  if (own) for (const argument of value.arguments) resolveExpression(argument.value, place);
  else if (value.kind !== 'call') resolveExpression(value, place);
}

function resolveTypeNames(type: TypeNode, place: Place): void {
  if (type.kind === 'tensor') for (const node of type.dims ?? []) resolveDimension(node, place);
}

/** A name of the body around. */
function use(span: Identifier['span'], local: Name, { observer }: Place): void {
  local.used = true;
  observer?.name(span, [local]);
}

export function resolveDimension(node: DimensionNode, place: Place): void {
  if (node.kind === 'size') {
    resolveExpression(node.value, place);
    return;
  }
  const bound = place.scope.lookup(node.name.name);
  if (bound) place.observer?.name(node.name.span, [bound]);
  else place.reporter.report(unboundSpread(node.name.name, node.span));
}

export function resolveExpression(expression: Expression, place: Place): void {
  switch (expression.kind) {
    case 'name':
      resolveName(expression, place);
      return;
    case 'member':
      resolveExpression(expression.object, place);
      return;
    case 'call':
      resolveCall(expression, place, 'none');
      return;
    case 'index':
      resolveExpression(expression.object, place);
      for (const item of expression.indices) {
        if (item.kind === 'at') resolveExpression(item.value, place);
        else for (const end of [item.from, item.to]) if (end) resolveExpression(end, place);
      }
      return;
    case 'unary':
      resolveExpression(expression.operand, place);
      return;
    case 'binary':
      resolveExpression(expression.left, place);
      resolveExpression(expression.right, place);
      return;
    case 'arrow':
    case 'range':
      resolveExpression(expression.from, place);
      resolveExpression(expression.to, place);
      return;
    case 'pipe':
      resolvePipe(expression, place);
      return;
    case 'named':
      observeLayer(expression.name, place);
      resolveExpression(expression.value, place);
      return;
    case 'tuple':
    case 'list':
      for (const item of expression.items) resolveExpression(item, place);
      return;
    case 'if':
      resolveExpression(expression.condition, place);
      resolveBlock(expression.then, place);
      if (expression.else) resolveBlock(expression.else, place);
      return;
    case 'for': {
      const inner: Place = { ...place, scope: new Scope<Name>(place.scope) };
      for (const { name, extent } of expression.variables) {
        resolveExpression(extent, place);
        define(name, 'index', inner);
      }
      resolveBlock(expression.body, inner);
      return;
    }
    default:
      return;
  }
}

function resolveName(expression: Of<'name'>, place: Place): void {
  const { name, span } = expression;
  const { module, scope, reporter } = place;
  const local = scope.lookup(name);
  if (local) use(span, local, place);
  else if (name !== 'training' && !lookup(module, name)) {
    reporter.report(unknownName('name', name, span, [...scope.names(), ...visibleNames(module)]));
  } else observeNamed(expression, place);
}

/** A layer's name is no name of the body; settings as `freeze` know it. */
const observeLayer = ({ name, span }: Identifier, { observer }: Place): void =>
  observer?.name(span, [{ name, span, kind: 'layer' }]);

function resolvePipe(expression: Of<'pipe'>, place: Place): void {
  const stages: Expression[] = [];
  let start: Expression = expression;
  while (start.kind === 'pipe') {
    stages.push(start.stage);
    start = start.input;
  }
  resolveExpression(start, place);
  for (const stage of stages.reverse()) resolveStage(stage, place);
}

export function resolveStage(stage: Expression, place: Place): void {
  switch (stage.kind) {
    case 'named':
      observeLayer(stage.name, place);
      resolveStage(stage.value, place);
      return;
    case 'call':
      resolveCall(stage, place, 'piped');
      return;
    case 'name': {
      const { name, span } = stage;
      const local = place.scope.lookup(name);
      if (local) use(span, local, place);
      else if (!lookup(place.module, name)) {
        const what = /^[A-Z]/.test(name) ? 'layer' : 'function';
        place.reporter.report(unknownName(what, name, span, visibleNames(place.module)));
      } else observeNamed(stage, place);
      return;
    }
    case 'list':
      for (const item of stage.items) resolveStage(item, place);
      return;
    case 'binary':
      resolveExpression(stage.left, place);
      resolveStage(stage.right, place);
      return;
    default:
      resolveExpression(stage, place);
      return;
  }
}

/** `piped`: inputs come from the left, how many is not known here, so that missing arguments are left to elaboration. */
function resolveCall(call: Of<'call'>, place: Place, inputs: 'none' | 'piped'): void {
  for (const argument of call.arguments) resolveExpression(argument.value, place);
  const { callee } = call;
  if (callee.kind !== 'name') {
    resolveStage(callee, place);
    return;
  }
  const named = lookup(place.module, callee.name);
  const local = named ? undefined : place.scope.lookup(callee.name);
  if (local) {
    use(callee.span, local, place);
    return;
  }
  observeNamed(callee, place);
  observeArguments(callee.name, call, place);
  if (!named) {
    if ([...sizeFunctions, ...distributionNames, ...initializerNames].includes(callee.name)) return;
    const what = inputs === 'piped' && /^[A-Z]/.test(callee.name) ? 'layer' : 'function';
    place.reporter.report(unknownName(what, callee.name, callee.span, visibleNames(place.module)));
    return;
  }
  const [declaration] = named.declarations;
  if (!declaration || named.declarations.length > 1) return;
  const given = call.arguments.map(fromArgument);
  if (declaration.kind === 'fn' && inputs === 'piped') {
    const piped = { span: call.span };
    const { problems } = bindArguments(callee.name, declaration.parameters, [piped, ...given], call.span);
    for (const problem of problems) if (problem.code === 'E0401') place.reporter.report(problem);
  } else if (declaration.kind === 'fn' || declaration.kind === 'layer' || declaration.kind === 'model') {
    const parameters = declaration.kind === 'fn' ? declaration.parameters : declaration.config;
    const { problems } = bindArguments(callee.name, parameters, given, call.span);
    for (const problem of problems) {
      // A function without its input may stand where a pipe is missing; elaboration knows.
      if (declaration.kind !== 'fn' || problem.code !== 'E0402') place.reporter.report(problem);
    }
  }
}
