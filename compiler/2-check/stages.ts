/** What stands right of `|>` or in a list: a layer, a function, a sequence of them. Names become parameter paths here. */
import type { Argument, Expression, Identifier, LayerDeclaration } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { bindArguments, fromArgument, type Given } from './arguments.ts';
import { applyAugment } from './augment.ts';
import { callFunction, evaluateArguments } from './calls.ts';
import { instantiate } from './instantiate.ts';
import { MOST_LISTED } from './limits.ts';
import { lookup, type ModuleScope, visibleNames } from './modules.ts';
import { unknownName } from './names.ts';
import { arrowFix } from './remedies.ts';
import { together } from './results.ts';
import { describe, textAt } from './show.ts';
import { fail, type Naming, newFrame, observe, type Site } from './site.ts';
import type { TypedInput } from './typed.ts';
import { poison, tensorOf, toTensor, type Value } from './values.ts';

export function applyStage(stage: Expression, inputs: readonly Value[], site: Site, naming: Naming): Value {
  const value = valueOfStage(stage, inputs, site, naming);
  observe(stage, value, site);
  return value;
}

function valueOfStage(stage: Expression, inputs: readonly Value[], site: Site, naming: Naming): Value {
  switch (stage.kind) {
    case 'missing':
      return poison;
    case 'named':
      return applyStage(stage.value, inputs, site, { segment: stage.name });
    case 'name':
      return applyNamed(stage.name, stage.span, undefined, stage.span, inputs, site, naming);
    case 'call':
      if (stage.callee.kind === 'name') {
        return applyNamed(stage.callee.name, stage.callee.span, stage, stage.span, inputs, site, naming);
      }
      return cannotApply(stage, site);
    case 'list':
      return applySequence(stage, inputs, site, naming);
    default:
      return cannotApply(stage, site);
  }
}

function cannotApply(stage: Expression, site: Site): Value {
  return fail(site, {
    code: 'E0208',
    message: `\`${textAt(stage.span)}\` cannot be applied to an input`,
    span: stage.span,
    label: 'expected a layer, a function or a list of them',
    help: ['as in `x |> Conv2d(32, kernel=3) |> relu`'],
  });
}

function applyNamed(
  name: string,
  nameSpan: Span,
  call: Extract<Expression, { kind: 'call' }> | undefined,
  span: Span,
  inputs: readonly Value[],
  site: Site,
  naming: Naming,
): Value {
  const named = lookup(site.module, name);
  const [declaration] = named?.declarations ?? [];
  if (named && !declaration) return poison;
  const local = named ? undefined : site.scope.lookup(name);
  if (local) return local.kind === 'poison' ? poison : notAStage(name, nameSpan, local, site);
  if (!named || !declaration) {
    const what = /^[A-Z]/.test(name) ? 'layer' : 'function';
    return fail(site, unknownName(what, name, nameSpan, visibleNames(site.module)));
  }
  if (declaration.kind === 'fn') {
    const piped = inputs.map((value): Given => ({ span, value }));
    return callFunction(named, [...piped, ...(call ? evaluateArguments(call, site) : [])], span, site);
  }
  if (declaration.kind === 'layer' || declaration.kind === 'model') {
    return applyLayer(declaration, named.module, call?.arguments ?? [], inputs, span, site, naming);
  }
  if (declaration.kind === 'augment') {
    return applyAugment(declaration, named.module, call?.arguments ?? [], inputs, span, site);
  }
  return fail(site, {
    code: 'E0208',
    message: `${name} is a ${declaration.kind}, not a layer or a function`,
    span: nameSpan,
    help: ['only layers and functions stand in a pipeline'],
  });
}

function notAStage(name: string, span: Span, value: Value, site: Site): Value {
  return fail(site, {
    code: 'E0208',
    message: `${name} is ${describe(value)}, not a layer or a function`,
    span,
    help: ['layers are built where they are applied: `x |> fc: Linear(10)`'],
  });
}

const joinPath = (path: string, segment: string): string => (path === '' ? segment : `${path}.${segment}`);

function applyLayer(
  declaration: LayerDeclaration,
  module: ModuleScope,
  args: readonly Argument[],
  inputs: readonly Value[],
  span: Span,
  site: Site,
  { segment }: Naming,
): Value {
  const callee = declaration.name.name;
  const path = segment ? joinPath(site.frame.path, segment.name) : site.frame.path;
  if (segment && !claimPath(path, segment, site)) return poison;
  const given = args.map((argument) => layerArgument(argument, site));
  const binding = bindArguments(callee, declaration.config, given, span);
  for (const problem of binding.problems) fail(site, problem);
  const arrow = given.find((g) => g.from);
  if (arrow?.from && !declaration.config.some((p) => p.from && binding.bound.get(p.name.name) === arrow)) {
    fail(site, {
      code: 'E0404',
      message: `${callee} does not take \`in -> out\``,
      span: arrow.span,
      fixes: arrowFix(arrow),
      help: [`it takes ${declaration.config.map((p) => p.name.name).join(', ') || 'no arguments'}`],
    });
    return poison;
  }
  if (binding.problems.length > 0) return poison;
  if (inputs.length !== declaration.inputs.length) {
    const names = declaration.inputs.map((p) => p.name.name).join(', ');
    return fail(site, {
      code: inputs.length < declaration.inputs.length ? 'E0402' : 'E0403',
      message: `${callee} takes ${declaration.inputs.length} input${declaration.inputs.length === 1 ? '' : 's'} (${names}), and is given ${inputs.length}`,
      span,
      help: [`write \`(${names}) |> ${callee}(…)\``],
    });
  }
  // An element of a list is known by its number: `features.3` alone says little.
  const title = segment === undefined ? callee : /^\d+$/.test(segment.name) ? `${path} (${callee})` : path;
  const stage = segment && segment.span.file === span.file && segment.span.start < span.start ? segment.span : span;
  const call = { title, callee, kind: 'layer' as const, span, stage, inputs: inputs.length, arrow };
  return instantiate(
    {
      declaration,
      module,
      call,
      config: declaration.config,
      given: binding.bound,
      inputs: declaration.inputs.map((parameter, i) => ({ parameter, value: inputs[i], span })),
      path,
      named: segment !== undefined,
    },
    site,
  );
}

function layerArgument(argument: Argument, site: Site): Given {
  const { value } = argument;
  if (value.kind !== 'arrow') return { ...fromArgument(argument), value: site.checker.evaluate(value, site) };
  return {
    ...fromArgument(argument),
    value: site.checker.evaluate(value.to, site),
    from: { value: site.checker.evaluate(value.from, site), span: value.from.span },
  };
}

/** Takes a path for a layer that was named; false (and reported) where another layer has it. Indices may repeat. */
function claimPath(path: string, segment: Identifier, site: Site): boolean {
  if (/^\d+$/.test(segment.name)) return true;
  const first = site.unit.layers.get(path);
  if (!first) {
    site.unit.layers.set(path, segment.span);
    return true;
  }
  const base = segment.name.replace(/\d+$/, '');
  let n = 2;
  while (site.unit.layers.has(joinPath(site.frame.path, `${base}${n}`))) n++;
  const other = `${base}${n}`;
  fail(site, {
    code: 'E0207',
    message: `two layers are called ${path}`,
    span: segment.span,
    label: 'a second time here',
    notes: [{ span: first, message: 'first here' }],
    help: ['each layer has parameters of its own, so give one of them another name'],
    fixes: [{ title: `Name it ${other}`, edits: [{ span: segment.span, text: other }] }],
  });
  return false;
}

/** The elements of a list with splices written out: `3 * Block(64)` is three of them. */
function elements(items: readonly Expression[], site: Site): readonly Expression[] {
  return items.flatMap((item) => {
    if (item.kind !== 'binary' || item.operator !== '*') return [item];
    const times = site.checker.evaluate(item.left, site);
    const count = times.kind === 'int' ? dim.constant(times.dim) : undefined;
    if (times.kind === 'poison') return [];
    if (count === undefined || count < 0 || count > 1_000) {
      fail(site, {
        code: 'E0404',
        message: 'a layer is repeated an integer number of times, at most 1,000',
        span: item.left.span,
        label: 'not such a number',
        help: ['as in `3 * Block(64)`'],
      });
      return [];
    }
    const repeated = item.right.kind === 'list' ? elements(item.right.items, site) : [item.right];
    if (count * repeated.length > MOST_LISTED) {
      fail(site, {
        code: 'E0404',
        message: `this list would have more than ${MOST_LISTED.toLocaleString('en')} layers`,
        span: item.span,
        help: ['a layer is repeated as in `3 * Block(64)`'],
      });
      return [];
    }
    return Array.from({ length: count }, () => repeated).flat();
  });
}

function applySequence(
  list: Extract<Expression, { kind: 'list' }>,
  inputs: readonly Value[],
  site: Site,
  { segment }: Naming,
): Value {
  const { span } = list;
  const path = segment ? joinPath(site.frame.path, segment.name) : site.frame.path;
  if (segment && !claimPath(path, segment, site)) return poison;
  const tensors = inputs.flatMap((input) => toTensor(input, span) ?? []);
  if (tensors.length !== inputs.length) {
    if (!inputs.some((input) => input.kind === 'poison')) cannotApply(list, site);
    return poison;
  }
  const frame = newFrame({ callee: 'sequence', kind: 'sequence', path, caller: { frame: site.frame, span } });
  const inner: Site = { ...site, frame };
  const typed = tensors.map(({ expr }, i): TypedInput => {
    return { name: tensors.length === 1 ? 'x' : `x${i}`, local: site.unit.nextLocal++, type: expr.type };
  });
  let values: readonly Value[] = typed.map(({ local, type }, i) =>
    tensorOf({ kind: 'local', local, type, span }, tensors[i].axes, tensors[i].leads),
  );
  for (const [i, element] of elements(list.items, site).entries()) {
    const value = applyStage(element, values, inner, { segment: { name: String(i), span: element.span } });
    values = value.kind === 'tuple' ? value.items : [value];
  }
  const results = values.flatMap((value) => toTensor(value, span) ?? []);
  if (results.length !== values.length || results.length === 0) return poison;
  const instance = {
    kind: 'sequence' as const,
    callee: 'sequence',
    path: segment ? path : '',
    config: {},
    inputs: typed,
    outputs: results.map(({ expr }) => expr.type),
    body: { lets: frame.lets, updates: frame.updates, results: results.map(({ expr }) => expr) },
    parameters: [],
  };
  const args = tensors.map((t) => t.expr);
  return together(
    undefined,
    results.map(({ expr, axes, leads }, result) =>
      tensorOf({ kind: 'call', instance, result, args, type: expr.type, span }, axes, leads),
    ),
  );
}
