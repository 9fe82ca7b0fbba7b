/** Names and arguments within bodies, for `resolve.ts`; also finds `let`s that nothing uses (W0103). */
import type { Block, DimensionNode, Expression, Statement, TypeNode } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { bindArguments, fromArgument } from './arguments.ts';
import { sizeFunctions } from './calls.ts';
import { distributionNames } from './draws.ts';
import { initializerNames } from './initializers.ts';
import { lookup, type ModuleScope, reportTwice, visibleNames } from './modules.ts';
import { unboundSpread, unknownName } from './names.ts';
import type { Reporter } from './report.ts';
import { Scope } from './scope.ts';

export interface Name {
  readonly span: Span;
  readonly isLet: boolean;
  used: boolean;
}

export interface Place {
  readonly module: ModuleScope;
  readonly reporter: Reporter;
  readonly scope: Scope<Name>;
}

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

export function resolveBlock(block: Block, outer: Place): void {
  const lets: [string, Name][] = [];
  const place: Place = { ...outer, scope: new Scope<Name>(outer.scope) };
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
      return statement.names.map(({ name, span }) => {
        const entry: Name = { span, isLet: true, used: false };
        scope.bind(name, entry);
        return [name, entry];
      });
    }
    case 'param':
    case 'buffer':
    case 'state': {
      if (statement.type) resolveTypeNames(statement.type, place);
      resolveInitializer(statement.value, place);
      const { name, span } = statement.name;
      const before = scope.own(name);
      if (before && !before.isLet) reportTwice(name, span, before.span, place.reporter);
      scope.bind(name, { span, isLet: false, used: true });
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

export function resolveDimension(node: DimensionNode, place: Place): void {
  if (node.kind === 'size') resolveExpression(node.value, place);
  else if (!place.scope.lookup(node.name.name)) place.reporter.report(unboundSpread(node.name.name, node.span));
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
        inner.scope.bind(name.name, { span: name.span, isLet: false, used: true });
      }
      resolveBlock(expression.body, inner);
      return;
    }
    default:
      return;
  }
}

function resolveName({ name, span }: Of<'name'>, { module, scope, reporter }: Place): void {
  const local = scope.lookup(name);
  if (local) local.used = true;
  else if (name !== 'training' && !lookup(module, name)) {
    reporter.report(unknownName('name', name, span, [...scope.names(), ...visibleNames(module)]));
  }
}

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

function resolveStage(stage: Expression, place: Place): void {
  switch (stage.kind) {
    case 'named':
      resolveStage(stage.value, place);
      return;
    case 'call':
      resolveCall(stage, place, 'piped');
      return;
    case 'name': {
      const { name, span } = stage;
      const local = place.scope.lookup(name);
      if (local) local.used = true;
      else if (!lookup(place.module, name)) {
        const what = /^[A-Z]/.test(name) ? 'layer' : 'function';
        place.reporter.report(unknownName(what, name, span, visibleNames(place.module)));
      }
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
  if (local) local.used = true;
  if (local) return;
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
