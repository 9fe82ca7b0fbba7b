/**
 * Declarations that nothing in the file uses: a layer without a model around it, a function of a library of one's own. Their
 * sizes are open, so they are tried out with several sets of sizes; what goes wrong with each of them, in the very same
 * words, is wrong whatever the sizes are, and is reported. Nothing else is: a body may be right only for some sizes.
 */
import type { AugmentDeclaration, FnDeclaration, LayerDeclaration, Parameter, TypeNode } from '../1-parse/ast.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import type { Given } from './arguments.ts';
import { type Application, instantiate } from './instantiate.ts';
import type { ModuleScope } from './modules.ts';
import { givenAxes } from './provenance.ts';
import { Reporter } from './report.ts';
import { Scope } from './scope.ts';
import { type Checker, newFrame, newUnit, type Site } from './site.ts';
import { floatValue, intValue, type Lead, poison, tensorOf, type Value } from './values.ts';

type Declaration = FnDeclaration | LayerDeclaration | AugmentDeclaration;

/** Sizes of one trial: of the configuration's integers in order, of the inputs' dimensions in order. */
interface Sizes {
  readonly integer: (index: number) => number;
  readonly dimension: (index: number) => number;
  readonly rank: number;
  readonly truth: boolean;
  /** The first dimension is a size like the others, not the open batch: a function may take a single picture. */
  readonly single: boolean;
}

const trials: readonly Sizes[] = [
  { integer: () => 8, dimension: () => 16, rank: 1, truth: true, single: false },
  { integer: () => 4, dimension: (i) => 64 << (i % 3), rank: 2, truth: false, single: false },
  { integer: (i) => 2 + i, dimension: (i) => 30 + 6 * i, rank: 3, truth: true, single: false },
  { integer: () => 1, dimension: (i) => 36 + 12 * i, rank: 2, truth: false, single: false },
];

/** Reports what is wrong with the declarations of the module that `used` does not hold. */
export function tryUnused(module: ModuleScope, checker: Checker): void {
  const unused = module.source.declarations.filter((declaration) => !checker.used.has(declaration));
  for (const declaration of unused) {
    if (declaration.kind === 'fn' ? declaration.body : isBlock(declaration.kind)) {
      tryOut(declaration as Declaration, module, checker);
    }
  }
}

const isBlock = (kind: string): boolean => kind === 'layer' || kind === 'model' || kind === 'augment';

function tryOut(declaration: Declaration, module: ModuleScope, checker: Checker): void {
  const { start } = declaration.name.span;
  const outcomes = trials.map((sizes) => outcomeOf(declaration, sizes, module, checker));
  // An error at the declaration itself says that these sizes are none that it takes.
  const fitting = outcomes.filter((errors) => errors.every(({ span }) => span.start !== start));
  const [first, ...others] = fitting;
  if (!first || others.length === 0) return;
  const single =
    declaration.kind === 'fn' ? outcomeOf(declaration, { ...trials[0], single: true }, module, checker) : first;
  for (const error of first) {
    if (!others.every((errors) => errors.some((other) => sayTheSame(error, other)))) continue;
    // It may name the batch, and is there then in other words.
    if (!single.some(({ code, span }) => code === error.code && span.start === error.span.start)) continue;
    checker.reporter.report({ ...error, notes: [], provenance: [] });
  }
}

const sayTheSame = (a: Diagnostic, b: Diagnostic): boolean =>
  a.code === b.code && a.span.start === b.span.start && a.message === b.message && a.label === b.label;

function outcomeOf(declaration: Declaration, sizes: Sizes, module: ModuleScope, main: Checker): readonly Diagnostic[] {
  const reporter = new Reporter();
  const checker: Checker = { ...main, reporter, observer: undefined, constants: new Map(), used: new Set() };
  const augment = declaration.kind === 'augment';
  const lead: Lead = { name: 'N', extent: dim.symbol('N') };
  const frame = newFrame({ callee: declaration.name.name, kind: augment ? 'augment' : 'training', path: '' });
  const unit = newUnit(sizes.truth);
  const site: Site = { checker, scope: new Scope(), module, frame, unit, leads: augment ? [lead] : [] };
  instantiate(applicationOf(declaration, sizes, site, augment ? lead : undefined), site);
  return reporter.diagnostics.filter(({ severity }) => severity === 'error');
}

function applicationOf(declaration: Declaration, sizes: Sizes, site: Site, lead: Lead | undefined): Application {
  const { name } = declaration;
  const isInput = ({ type }: Parameter): boolean => type.kind === 'tensor';
  const [config, inputs] =
    declaration.kind === 'fn'
      ? [declaration.parameters.filter((p) => !isInput(p)), declaration.parameters.filter(isInput)]
      : [declaration.config, declaration.inputs];
  const scope = new Scope<Value>();
  const given = new Map<string, Given>();
  for (const [i, parameter] of config.entries()) {
    if (parameter.default) continue;
    const value = sample(parameter.type, i, sizes);
    given.set(parameter.name.name, { span: parameter.span, value });
    scope.bind(parameter.name.name, value);
  }
  bindDimensions(inputs, config, scope, sizes, lead === undefined && !sizes.single);
  const inner: Site = { ...site, scope };
  return {
    declaration,
    module: site.module,
    call: {
      title: name.name,
      callee: name.name,
      kind: declaration.kind === 'fn' || declaration.kind === 'augment' ? declaration.kind : 'layer',
      span: name.span,
      stage: name.span,
      inputs: inputs.length,
    },
    config,
    given,
    inputs: inputs.map((parameter) => ({ parameter, value: sampleInput(parameter, inner, lead), span: name.span })),
    path: '',
    named: true,
  };
}

/** A value for a configuration parameter; none stands for what has no obvious one. */
function sample(type: TypeNode, index: number, sizes: Sizes): Value {
  if (type.kind === 'tuple') {
    const list = type.items.length === 1 ? [...type.items, ...type.items] : type.items;
    return { kind: 'tuple', items: list.map((item) => sample(item, index, sizes)) };
  }
  if (type.kind !== 'scalar') return poison;
  if (type.name === 'int') return intValue(sizes.integer(index));
  if (type.name === 'float') return floatValue(0.5);
  return type.name === 'bool' ? { kind: 'bool', value: sizes.truth } : poison;
}

/** Sizes for the names that the inputs bind. The first dimension of all is the batch, open as in a model. */
function bindDimensions(
  inputs: readonly Parameter[],
  config: readonly Parameter[],
  scope: Scope<Value>,
  sizes: Sizes,
  batched: boolean,
): void {
  const own = new Set(config.map(({ name }) => name.name));
  let count = 0;
  const [first] = inputs;
  const batchNode = first?.type.kind === 'tensor' ? first.type.dims?.[0] : undefined;
  const free = (name: string): boolean => !own.has(name) && !scope.lookup(name);
  for (const { type } of inputs) {
    if (type.kind !== 'tensor') continue;
    if (type.element.kind === 'class' && type.element.count.kind === 'name' && free(type.element.count.name)) {
      scope.bind(type.element.count.name, intValue(10));
    }
    for (const node of type.dims ?? []) {
      if (node.kind === 'spread' && free(node.name.name)) {
        const items = Array.from({ length: sizes.rank }, () => intValue(sizes.dimension(count++)));
        scope.bind(node.name.name, { kind: 'tuple', items });
      } else if (node.kind === 'size' && node.value.kind === 'name' && free(node.value.name)) {
        const batch = batched && node === batchNode;
        const { name } = node.value;
        scope.bind(name, intValue(batch ? dim.symbol(name) : sizes.dimension(count++)));
      }
    }
  }
}

function sampleInput(parameter: Parameter, site: Site, lead: Lead | undefined): Value {
  const type = site.checker.evaluateType(parameter.type, site);
  if (!type) return poison;
  const { span } = parameter.type;
  const local = site.unit.nextLocal++;
  const real = lead ? { ...type, shape: [lead.extent, ...type.shape] } : type;
  const axes = givenAxes(span, type, parameter.name.name);
  return tensorOf({ kind: 'local', local, type: real, span }, axes, lead ? [lead] : []);
}
