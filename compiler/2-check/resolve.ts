/**
 * The first walk over a file: every name must mean something and every call must have arguments that its callee knows,
 * whether or not any configuration ever reaches the code. Knows no types; those need configuration.
 */
import type { Declaration, Identifier, Parameter, TypeNode, WhereClause } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { lookup, type ModuleScope, reportTwice } from './modules.ts';
import type { Observer } from './observer.ts';
import type { Reporter } from './report.ts';
import {
  define,
  kindOf,
  type Name,
  observeNamed,
  type Place,
  resolveBlock,
  resolveDimension,
  resolveExpression,
} from './resolve-body.ts';
import { resolveTraining } from './resolve-training.ts';
import { Scope } from './scope.ts';

export function resolveModule(module: ModuleScope, reporter: Reporter, observer: Observer | undefined): void {
  for (const declaration of module.source.declarations) {
    const place: Place = { module, reporter, scope: new Scope<Name>(), observer };
    if ('name' in declaration && declaration.kind !== 'train') observeNamed(declaration.name, place);
    resolveDeclaration(declaration, place);
  }
}

function resolveDeclaration(declaration: Declaration, place: Place): void {
  switch (declaration.kind) {
    case 'import':
      for (const name of declaration.names) observeNamed(name, place);
      return;
    case 'dataset':
      observeDataset(declaration, place);
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
  readonly kind: Declaration['kind'];
  readonly span: Span;
  readonly result?: TypeNode;
  readonly where: readonly WhereClause[];
  readonly body?: Parameters<typeof resolveBlock>[0];
}

function resolveSignature(
  declaration: Body,
  options: readonly Parameter[],
  inputs: readonly Parameter[],
  place: Place,
): void {
  const { result, where, body } = declaration;
  const scope = new Scope<Name>(place.scope);
  const inner: Place = { ...place, scope };
  place.observer?.scope(declaration.span, scope);
  // A default sees the options before it and the inputs' dimensions.
  const ofDefaults: Place = { ...place, scope: new Scope<Name>(scope) };
  const optionNames = new Set(options.map(({ name }) => name.name));
  for (const { name, span } of inputs.flatMap(({ type }) => dimensionNames(type))) {
    if (optionNames.has(name) || ofDefaults.scope.own(name)) continue;
    ofDefaults.scope.bind(name, { name, span, kind: 'dimension', used: true });
  }
  for (const parameter of options) {
    if (parameter.default) resolveExpression(parameter.default, ofDefaults);
    if (parameter.from) define(parameter.from, 'dimension', inner);
    defineOnce(parameter, declaration, inner);
  }
  for (const { type } of inputs) bindDimensions(type, inner);
  for (const { type } of inputs) resolveType(type, inner);
  for (const parameter of inputs) defineOnce(parameter, declaration, inner);
  for (const clause of where) resolveExpression(clause.condition, inner);
  for (const clause of where) observeMessage(clause, inner);
  if (result) resolveType(result, inner);
  if (body) resolveBlock(body, inner);
}

function defineOnce(parameter: Parameter, declaration: Body, place: Place): void {
  const { name, span } = parameter.name;
  const before = place.scope.own(name);
  if (before) reportTwice(name, span, before.span, place.reporter);
  else define(parameter.name, kindOf(parameter, declaration), place);
}

/** The names in braces: `"groups={groups} does not divide the {C} input channels"`. */
function observeMessage({ condition, span }: WhereClause, { scope, observer }: Place): void {
  if (!observer) return;
  const from = condition.span.end;
  for (const { index, 1: name } of span.file.text.slice(from, span.end).matchAll(/\{(\w+)/g)) {
    const meant = scope.lookup(name);
    const start = from + index + 1;
    if (meant) observer.name({ ...span, start, end: start + name.length }, [meant]);
  }
}

/** The names that stand alone as a dimension, or as a number of classes. */
function dimensionNames(type: TypeNode): readonly Identifier[] {
  if (type.kind !== 'tensor') return [];
  const sizes = (type.dims ?? []).flatMap((node) =>
    node.kind === 'spread' ? [node.name] : node.value.kind === 'name' ? [node.value] : [],
  );
  const { element } = type;
  return element.kind === 'class' && element.count.kind === 'name' ? [...sizes, element.count] : sizes;
}

/** A bare name that an input's type is the first to mention is bound by it. */
function bindDimensions(type: TypeNode, place: Place): void {
  for (const identifier of dimensionNames(type)) {
    const constant = lookup(place.module, identifier.name)?.declarations[0]?.kind === 'const';
    if (!place.scope.lookup(identifier.name) && !constant) define(identifier, 'dimension', place);
  }
}

function resolveType(type: TypeNode, place: Place): void {
  if (type.kind !== 'tensor') return;
  for (const node of type.dims ?? []) resolveDimension(node, place);
  if (type.element.kind === 'class') resolveExpression(type.element.count, place);
}

/** What its parts say is checked when it is elaborated. */
function observeDataset({ entries }: Extract<Declaration, { kind: 'dataset' }>, place: Place): void {
  if (!place.observer) return;
  for (const entry of entries) {
    if (entry.kind === 'sample') for (const { name } of entry.fields) define(name, 'field', place);
  }
  for (const entry of entries) {
    if (entry.kind !== 'group') continue;
    for (const setting of entry.entries) {
      const field = setting.kind === 'setting' ? place.scope.own(setting.name.name) : undefined;
      if (field && setting.kind === 'setting') place.observer.name(setting.name.span, [field]);
    }
  }
}
