/**
 * The first walk over a file: every name must mean something and every call must have arguments that its callee knows,
 * whether or not any configuration ever reaches the code. Knows no types; those need configuration.
 */
import type { Declaration, Identifier, Parameter, TrainDeclaration, TypeNode, WhereClause } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dimensionNames } from './defaults.ts';
import { lookup, type ModuleScope, reportTwice } from './modules.ts';
import type { Reporter } from './report.ts';
import { type Name, type Place, resolveBlock, resolveDimension, resolveExpression } from './resolve-body.ts';
import { Scope } from './scope.ts';

export function resolveModule(module: ModuleScope, reporter: Reporter): void {
  for (const declaration of module.source.declarations) {
    resolveDeclaration(declaration, { module, reporter, scope: new Scope<Name>() });
  }
}

function resolveDeclaration(declaration: Declaration, place: Place): void {
  switch (declaration.kind) {
    case 'import':
    case 'dataset':
      return;
    case 'const':
      resolveExpression(declaration.value, place);
      return;
    case 'train':
      resolveTraining(declaration, place);
      return;
    case 'fn': {
      if (declaration.intrinsic && !place.module.library) reportIntrinsic(declaration.name, place.reporter);
      const options = declaration.parameters.filter((p) => p.type.kind !== 'tensor');
      const inputs = declaration.parameters.filter((p) => p.type.kind === 'tensor');
      resolveSignature(declaration, options, inputs, place);
      return;
    }
    case 'optimizer':
      resolveSignature({ ...declaration, where: [] }, declaration.config, declaration.inputs, place);
      return;
    default:
      resolveSignature(declaration, declaration.config, declaration.inputs, place);
      return;
  }
}

function reportIntrinsic({ name, span }: Identifier, reporter: Reporter): void {
  reporter.report({
    code: 'E0210',
    message: `${name} has no body: only the standard library has intrinsics`,
    span,
    help: ['write `fn` and a body in braces'],
  });
}

interface Body {
  readonly result?: TypeNode;
  readonly where: readonly WhereClause[];
  readonly body?: Parameters<typeof resolveBlock>[0];
}

function resolveSignature(
  { result, where, body }: Body,
  options: readonly Parameter[],
  inputs: readonly Parameter[],
  place: Place,
): void {
  const scope = new Scope<Name>(place.scope);
  const inner: Place = { ...place, scope };
  // A default sees the options before it and the inputs' dimensions.
  const ofDefaults: Place = { ...place, scope: new Scope<Name>(scope) };
  const optionNames = new Set(options.map(({ name }) => name.name));
  for (const name of dimensionNames(inputs)) {
    if (!optionNames.has(name)) ofDefaults.scope.bind(name, known(inputs[0].span));
  }
  for (const parameter of options) {
    if (parameter.default) resolveExpression(parameter.default, ofDefaults);
    if (parameter.from) scope.bind(parameter.from.name, known(parameter.from.span));
    bindOnce(parameter, inner);
  }
  for (const { type } of inputs) bindDimensions(type, inner);
  for (const { type } of inputs) resolveType(type, inner);
  for (const parameter of inputs) bindOnce(parameter, inner);
  for (const clause of where) resolveExpression(clause.condition, inner);
  if (result) resolveType(result, inner);
  if (body) resolveBlock(body, inner);
}

const known = (span: Span): Name => ({ span, used: true, isLet: false });

function bindOnce({ name }: Parameter, { scope, reporter }: Place): void {
  const before = scope.own(name.name);
  if (before) reportTwice(name.name, name.span, before.span, reporter);
  else scope.bind(name.name, known(name.span));
}

/** A bare name that an input's type is the first to mention is bound by it. */
function bindDimensions(type: TypeNode, { scope, module }: Place): void {
  if (type.kind !== 'tensor') return;
  const bind = (name: string, span: Span): void => {
    const constant = lookup(module, name)?.declarations[0]?.kind === 'const';
    if (!scope.lookup(name) && !constant) scope.bind(name, known(span));
  };
  for (const node of type.dims ?? []) {
    if (node.kind === 'spread') bind(node.name.name, node.span);
    else if (node.value.kind === 'name') bind(node.value.name, node.span);
  }
  if (type.element.kind === 'class' && type.element.count.kind === 'name') bind(type.element.count.name, type.span);
}

function resolveType(type: TypeNode, place: Place): void {
  if (type.kind !== 'tensor') return;
  for (const node of type.dims ?? []) resolveDimension(node, place);
  if (type.element.kind === 'class') resolveExpression(type.element.count, place);
}

/** The fields of the sample are in scope of the expressions; what the other settings may say is checked later. */
function resolveTraining(declaration: TrainDeclaration, place: Place): void {
  const scope = new Scope<Name>(place.scope);
  const inner: Place = { ...place, scope };
  for (const argument of declaration.config) resolveExpression(argument.value, place);
  const dataset = lookup(place.module, declaration.dataset.name)?.declarations[0];
  if (dataset?.kind !== 'dataset') return;
  for (const entry of dataset.entries) {
    if (entry.kind === 'sample') for (const { name } of entry.fields) scope.bind(name.name, known(name.span));
  }
  const withOutput: Place = { ...inner, scope: new Scope<Name>(scope) };
  withOutput.scope.bind('output', known(declaration.model.span));
  for (const { name, value } of declaration.settings) {
    if (name.name === 'input') resolveExpression(value, inner);
    if (name.name === 'loss' || name.name === 'metrics') resolveExpression(value, withOutput);
  }
}
