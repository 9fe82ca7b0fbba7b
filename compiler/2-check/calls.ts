/** Calls of functions, and the few that the compiler itself computes from sizes: `ceil`, `floor`, `product`, `axes`. */
import type { Expression, FnDeclaration, Parameter } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import { bindArguments, fromArgument, type Given } from './arguments.ts';
import { convert, splice } from './coerce.ts';
import { evaluateDraw } from './draws.ts';
import { initializerNames } from './initializers.ts';
import { instantiate } from './instantiate.ts';
import { fitsElement } from './matching.ts';
import { lookup, type Named, visibleNames } from './modules.ts';
import { unknownName } from './names.ts';
import { showValue, textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import { asDim, asNumber, intValue, poison, toTensor, type Value } from './values.ts';

type Call = Extract<Expression, { kind: 'call' }>;

/** Functions over sizes that no declaration stands for. */
export const sizeFunctions: readonly string[] = ['ceil', 'product', 'axes'];
const sizeFunctionHelp = new Map([
  ['ceil', { does: 'rounds one number up', example: 'ceil(H / 2)' }],
  [
    'product',
    { does: 'multiplies the sizes of one list', example: 'product(S), where S stands in an input type as ...S' },
  ],
  ['axes', { does: 'numbers the sizes of one list', example: 'axes(S), where S stands in an input type as ...S' }],
]);

export function evaluateCall(call: Call, site: Site): Value {
  const { callee } = call;
  if (callee.kind === 'missing') return poison;
  if (callee.kind !== 'name') {
    const inputs = call.arguments.map((argument) => site.checker.evaluate(argument.value, site));
    return site.checker.applyStage(callee, inputs, site, {});
  }
  const given = evaluateArguments(call, site);
  const ofSizes = callSizeFunction(callee.name, call, given, site);
  if (ofSizes) return ofSizes;
  const named = lookup(site.module, callee.name);
  if (!named && site.scope.lookup(callee.name)?.kind === 'poison') return poison;
  if (!named) {
    return evaluateDraw(callee.name, call, given, site) ?? unknownFunction(callee.name, callee.span, call, site);
  }
  const [declaration] = named.declarations;
  if (!declaration) return poison;
  if (declaration.kind === 'fn') return callFunction(named, given, call.span, site);
  const layer = declaration.kind === 'layer' || declaration.kind === 'model';
  return fail(site, {
    code: 'E0208',
    message: layer
      ? `${callee.name}(…) builds a layer, and nothing is applied to it`
      : `${callee.name} is a ${declaration.kind}, not a function`,
    span: call.span,
    label: layer ? 'a layer' : `a ${declaration.kind}`,
    help: [layer ? `its input comes by a pipe: \`x |> ${textAt(call.span)}\`` : 'functions are called, as in relu(x)'],
  });
}

/** The arguments with their values; reports an arrow, which only layers take. */
export function evaluateArguments(call: Call, site: Site): Given[] {
  return call.arguments.map((argument) => ({
    ...fromArgument(argument),
    value: site.checker.evaluate(argument.value, site),
  }));
}

function callSizeFunction(name: string, call: Call, given: readonly Given[], site: Site): Value | undefined {
  // The library declares `floor` and `ceil`, too, for tensors; one that a module declares itself hides ours.
  if (name !== 'floor' && !sizeFunctions.includes(name)) return undefined;
  if (lookup(site.module, name)?.module.library === false) return undefined;
  const value = given[0]?.value;
  if (given.length === 1 && value?.kind === 'poison') return poison;
  const argument = call.arguments[0]?.value;
  if (given.length === 1 && value) {
    const size = asDim(value);
    const number = asNumber(value);
    if (name === 'ceil' && value.kind === 'tensor') return undefined;
    if (name === 'floor') return size ? intValue(size) : undefined;
    if (name !== 'ceil' && value.kind === 'tuple') {
      const list = splice(value);
      const items = list.kind === 'tuple' ? list.items : [];
      if (name === 'axes') return { kind: 'tuple', items: items.map((_, axis) => intValue(axis)) };
      const sizes = items.flatMap((item) => asDim(item) ?? []);
      if (sizes.length === items.length) return intValue(dim.product(sizes));
    }
    if (name === 'ceil' && argument?.kind === 'binary' && argument.operator === '/') {
      const [a, b] = [argument.left, argument.right].map((side) => asDim(site.checker.evaluate(side, site)));
      if (a && b && dim.constant(b) !== 0) return intValue(dim.ceilDiv(a, b));
    }
    if (name === 'ceil' && value.kind === 'int') return value;
    if (name === 'ceil' && number !== undefined) return intValue(Math.ceil(number));
  }
  if (name === 'floor') return undefined;
  return fail(site, {
    code: 'E0404',
    message: `${name} ${sizeFunctionHelp.get(name)?.does}`,
    span: call.span,
    help: [`as in ${sizeFunctionHelp.get(name)?.example}`],
  });
}

function unknownFunction(name: string, span: Span, call: Call, site: Site): Value {
  if (initializerNames.includes(name)) {
    return fail(site, {
      code: 'E0208',
      message: `${name}(…) is a start value, not a function`,
      span: call.span,
      help: [`write it after a parameter: \`param weight: f32[out, in] = ${name}()\``],
    });
  }
  return fail(site, unknownName('function', name, span, visibleNames(site.module)));
}

const isInput = (parameter: Parameter): boolean => parameter.type.kind === 'tensor';

/** `span` is the call's (or the stage's) place. Of a library function's several versions the first that fits is used. */
export function callFunction(named: Named, given: readonly Given[], span: Span, site: Site): Value {
  const arrow = given.find((g) => g.expression?.kind === 'arrow');
  if (arrow || given.some((g) => g.value?.kind === 'poison')) return poison;
  const versions = named.declarations.filter((d) => d.kind === 'fn');
  const bindings = versions.map((version) => bindArguments(version.name.name, version.parameters, given, span));
  const ready = bindings.findIndex(
    (b, i) => b.problems.length === 0 && (versions.length === 1 || fits(versions[i], b.bound)),
  );
  const index = Math.max(0, ready);
  const [declaration, binding] = [versions[index], bindings[index]];
  if (!declaration || !binding) return poison;
  if (ready < 0) return noVersion(versions, bindings, given, span, site);
  const inputs = declaration.parameters.filter(isInput).flatMap((parameter) => {
    const argument = binding.bound.get(parameter.name.name);
    return argument?.value ? [{ parameter, value: argument.value, span: argument.span }] : [];
  });
  const call = {
    title: declaration.name.name,
    callee: declaration.name.name,
    kind: 'fn' as const,
    span,
    stage: span,
    inputs: inputs.length,
  };
  const config = declaration.parameters.filter((parameter) => !isInput(parameter));
  const { path } = site.frame;
  return instantiate(
    { declaration, module: named.module, call, config, given: binding.bound, inputs, path, named: true },
    site,
  );
}

function fits(declaration: FnDeclaration, bound: ReadonlyMap<string, Given>): boolean {
  return declaration.parameters.every(({ name, type }) => {
    const argument = bound.get(name.name);
    if (!argument?.value) return true;
    if (type.kind !== 'tensor') return convert(argument.value, type) !== undefined;
    const tensor = toTensor(argument.value, argument.span);
    return tensor !== undefined && (declaration.intrinsic || fitsElement(type.element, tensor.type));
  });
}

function noVersion(
  versions: readonly FnDeclaration[],
  bindings: readonly ReturnType<typeof bindArguments>[],
  given: readonly Given[],
  span: Span,
  site: Site,
): Value {
  const ready = bindings.some((binding) => binding.problems.length === 0);
  if (!ready) {
    for (const problem of bindings[0].problems) fail(site, problem);
    return poison;
  }
  const name = versions[0].name.name;
  const takes = versions.map((v) => v.parameters.map((p) => `${p.name.name}: ${textAt(p.type.span)}`).join(', '));
  const got = given.flatMap((g) =>
    g.value ? [g.value.kind === 'tensor' ? showType(g.value.type) : showValue(g.value)] : [],
  );
  return fail(site, {
    code: 'E0405',
    message: `${name} does not take ${got.join(', ')}`,
    span,
    help: [`it takes ${takes.map((t) => `(${t})`).join(' or ')}`],
  });
}
