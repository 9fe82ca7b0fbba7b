/**
 * One use of a function or layer: configuration and inputs are matched with the signature, the conditions hold, and the
 * body is elaborated with these very sizes. The result is an instance with its own body; nothing is inlined here.
 */
import type {
  AugmentDeclaration,
  Expression,
  FnDeclaration,
  Identifier,
  LayerDeclaration,
  Parameter,
  WhereClause,
} from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { sameShape, showType } from '../ops/infer.ts';
import type { TensorType } from '../ops/types.ts';
import type { Given } from './arguments.ts';
import { coerce } from './coerce.ts';
import { lateDefaults } from './defaults.ts';
import { withLeads } from './leads.ts';
import { DEEPEST_USE, MOST_USES } from './limits.ts';
import { Matching } from './matching.ts';
import { type CallSite, describeMismatch } from './mismatch.ts';
import type { ModuleScope } from './modules.ts';
import { flattensTo, resultRemedies } from './remedies.ts';
import { bodyAxes, declaredAxes, resultSize } from './result-axes.ts';
import { isConfiguration, resultNodes, resultParts, together } from './results.ts';
import { Scope } from './scope.ts';
import { oneOf, showValue, textAt } from './show.ts';
import { type Frame, fail, newFrame, type Site } from './site.ts';
import { traceOf } from './trace.ts';
import { tupleIntrinsics } from './tuple-intrinsics.ts';
import type { ConfigValue, TypedInput } from './typed.ts';
import { checkPositive } from './types.ts';
import { membersOf, poison, type TensorValue, tensorOf, toConfig, toTensor, type Value } from './values.ts';

/** What has inputs and a body. */
export type Callable = FnDeclaration | LayerDeclaration | AugmentDeclaration;

/** A function, layer or augment with the arguments of one use, all evaluated. */
export interface Application {
  readonly declaration: Callable;
  readonly module: ModuleScope;
  readonly call: CallSite;
  readonly config: readonly Parameter[];
  readonly given: ReadonlyMap<string, Given>;
  readonly inputs: readonly { readonly parameter: Parameter; readonly value: Value; readonly span: Span }[];
  /** The parameters' prefix inside. */
  readonly path: string;
  /** Whether the layer has a name or stands in a list. */
  readonly named: boolean;
}

export function instantiate(application: Application, site: Site): Value {
  const { declaration, call, module } = application;
  const callee = declaration.name.name;
  site.checker.used.add(declaration);
  const frame = newFrame({
    callee,
    kind: call.kind,
    caller: { frame: site.frame, span: call.span },
    path: application.path,
    named: application.named,
  });
  const deep = depth(frame) > DEEPEST_USE;
  if (deep || site.unit.instances++ > MOST_USES) {
    return fail(site, {
      code: 'E0209',
      message: deep
        ? `${callee} uses itself without end`
        : `there are more than ${MOST_USES.toLocaleString('en')} uses of layers and functions`,
      span: call.span,
      help: ['a layer or function that uses itself needs an `if` that ends it'],
    });
  }
  const intrinsic = declaration.kind === 'fn' && declaration.intrinsic && module.library;
  const inner: Site = { ...site, scope: new Scope(), module, frame };
  const matching = new Matching(inner, intrinsic);
  const bindLate = bindConfig(application, matching, inner, site);
  const inputs = matchInputs(application, matching, inner, site);
  if (inputs) bindLate();
  if (!inputs || !conditionsHold(declaration.where, inputs, call, inner, site)) return poison;
  if (intrinsic) return applyIntrinsic(application, inner);

  const nodes = resultNodes(declaration.result);
  const tensors = !isConfiguration(declaration.result);
  const declared = tensors ? nodes.map((node) => inner.checker.evaluateType(node, inner)) : [];
  const known = declared.filter((type) => type !== undefined);
  if (known.length < declared.length) return poison;
  const positive = known.map((type, i) =>
    checkPositive(type, `the result of ${call.title}`, call.span, site, (axis) =>
      resultSize(nodes[i], axis, matching, inner),
    ),
  );
  if (positive.includes(false)) return poison;
  if (!declaration.body) return poison;

  const typed: TypedInput[] = inputs.map(({ parameter, value }) => {
    const local = inner.unit.nextLocal++;
    const { span } = parameter.name;
    const { type } = value.expr;
    inner.scope.bind(parameter.name.name, tensorOf({ kind: 'local', local, type, span }, value.axes, value.leads));
    return { name: parameter.name.name, local, type };
  });
  // Of a declaration that could not be read neither its body nor its type can be relied on.
  if (declaration.body.result?.kind === 'missing') return poison;
  const { body } = declaration;
  const evaluate = (): Value => inner.checker.evaluateBlock(body, { ...inner, scope: new Scope(inner.scope) });
  const { memo } = known.length > 0 && module.library ? inner.checker : {};
  const value = memo
    ? memo.evaluate(declaration, typed[0]?.local ?? inner.unit.nextLocal, inner, evaluate)
    : evaluate();
  if (declaration.result && !tensors) {
    const what = `the result of ${callee}`;
    return coerce(value, declaration.result, what, (declaration.body.result ?? declaration.name).span, inner);
  }
  if (value.kind !== 'tensor' && value.kind !== 'poison' && inputs.length === 0 && !declaration.result) return value;

  const parts = resultParts(value, declaration, inner);
  const results = parts.flatMap((part, i) => checkResult(part, known[i], declaration, inner) ?? []);
  if (results.length < parts.length || parts.length === 0) {
    // Where the body gives something else than declared, neither can be relied on.
    if (known.length === 0 || parts.some((part) => part.kind !== 'poison')) return poison;
    return together(
      declaration.result,
      known.map((type) => unknownOf(type, call.span)),
    );
  }
  const instance = {
    kind: call.kind,
    callee,
    path: application.named && call.kind === 'layer' ? application.path : '',
    config: configOf(application.config, inner),
    inputs: typed,
    outputs: results.map(({ expr }) => expr.type),
    body: { lets: frame.lets, updates: frame.updates, results: results.map(({ expr }) => expr) },
    parameters: frame.parameters,
  };
  const args = inputs.map(({ value: argument }) => argument.expr);
  const place = { title: call.title, span: call.span, instance, given: application.given };
  const values = results.map((result, i) => {
    const axes = known[i] ? declaredAxes(nodes[i], known[i], matching, inner, place) : bodyAxes(result, inner, place);
    const type = known[i] ? withLeads(known[i], result.leads) : result.expr.type;
    return tensorOf({ kind: 'call', instance, result: i, args, type, span: call.span }, axes, result.leads);
  });
  return together(value, values);
}

function depth(frame: Frame): number {
  let levels = 0;
  for (let at: Frame | undefined = frame; at; at = at.caller?.frame) levels++;
  return levels;
}

/** A value of a known type whose expression failed to elaborate; the program has an error, so nobody runs it. */
export const unknownOf = (type: TensorType, span: Span): TensorValue =>
  tensorOf({ kind: 'literal', value: 0, type, span });

/** What configuration is brought to: a function, a layer, a model, an optimizer. */
interface Configured {
  readonly name: Identifier;
  /** A function's inputs are among its parameters. */
  readonly inputs?: readonly Parameter[];
  readonly parameters?: readonly Parameter[];
}

/**
 * Brings configuration into the callee's scope; `site` is where the arguments stand. The result does the same for the
 * defaults that mention the inputs' dimensions: call it once those are bound.
 */
export function bindConfig(
  { config, given, declaration }: Pick<Application, 'config' | 'given'> & { readonly declaration: Configured },
  matching: Matching,
  inner: Site,
  site: Site,
): () => void {
  const bindDefault = ({ name, type, default: expression }: Parameter): void => {
    if (!expression) return;
    const value = inner.checker.evaluate(expression, inner);
    const what = `${name.name} of ${declaration.name.name}`;
    inner.scope.bind(name.name, coerce(value, type, what, expression.span, inner));
  };
  const inputs = declaration.inputs ?? declaration.parameters ?? [];
  const late = lateDefaults(config, inputs, ({ name }) => given.get(name.name)?.value !== undefined);
  for (const parameter of config) {
    if (late.has(parameter)) continue;
    const { name } = parameter.name;
    const argument = given.get(name);
    const what = `${name} of ${declaration.name.name}`;
    if (argument?.from && parameter.from) {
      const size = coerce(
        argument.from.value,
        parameter.type,
        `${parameter.from.name} of ${what}`,
        argument.from.span,
        site,
      );
      matching.state(parameter.from.name, size);
    }
    if (argument?.value) inner.scope.bind(name, coerce(argument.value, parameter.type, what, argument.span, site));
    else if (parameter.default) bindDefault(parameter);
    else inner.scope.bind(name, poison);
  }
  return () => {
    for (const parameter of late) bindDefault(parameter);
  };
}

interface MatchedInput {
  readonly parameter: Parameter;
  readonly value: TensorValue;
}

/** The inputs as tensors whose types fit; undefined (and reported) where one does not. */
function matchInputs(
  application: Application,
  matching: Matching,
  inner: Site,
  site: Site,
): readonly MatchedInput[] | undefined {
  const matched: MatchedInput[] = [];
  const { call } = application;
  for (const { parameter, value, span } of application.inputs) {
    if (value.kind === 'poison') return undefined;
    const tensor = toTensor(value, span, elementOf(parameter));
    if (!tensor) {
      fail(site, {
        code: 'E0406',
        message: `${call.title} takes a tensor for \`${parameter.name.name}\`, not ${showValue(value)}`,
        span,
        label: 'not a tensor',
        help: [`\`${parameter.name.name}\` is ${textAt(parameter.type.span)}`],
      });
      return undefined;
    }
    const mismatch = matching.match(parameter, tensor) ?? undefined;
    if (mismatch) {
      fail(site, describeMismatch(mismatch, parameter, { value: tensor, span }, call, matching));
      // A size that the call states wrongly changes nothing else: go on with the input's own.
      const stated = mismatch.kind === 'dimension' && mismatch.name !== undefined && call.arrow?.from;
      if (!stated || mismatch.name === undefined) return undefined;
      // Where `flatten` is missing, all that follows would be of another rank.
      if (flattensTo(mismatch.expected, tensor.type, mismatch.axis)) return undefined;
      inner.scope.bind(mismatch.name, { kind: 'int', dim: mismatch.actual });
      if (matching.match(parameter, tensor)) return undefined;
    }
    matched.push({ parameter, value: tensor });
  }
  const mismatch = matching.finish();
  if (!mismatch) return matched;
  const last = application.inputs.length - 1;
  const { parameter, span } = application.inputs[last];
  fail(site, describeMismatch(mismatch, parameter, { value: matched[last].value, span }, call, matching));
  return undefined;
}

function elementOf(parameter: Parameter): TensorType['element'] {
  if (parameter.type.kind !== 'tensor') return 'f32';
  return parameter.type.element.kind === 'class' ? 'i32' : parameter.type.element.name;
}

/** E0304 where a `where` clause does not hold; what only run time decides is taken to hold. */
export function conditionsHold(
  conditions: readonly WhereClause[],
  inputs: readonly { readonly value: TensorValue }[],
  call: CallSite,
  inner: Site,
  site: Site,
): boolean {
  for (const condition of conditions) {
    const value = inner.checker.evaluate(condition.condition, inner);
    if (value.kind === 'poison') return false;
    if (value.kind !== 'bool' || value.value) continue;
    const message = condition.message.replace(/\{([\w.]+)\}/g, (text, path: string) => lookupPath(path, inner) ?? text);
    const first = inputs[0]?.value;
    fail(site, {
      code: 'E0304',
      message,
      span: call.span,
      label: first ? `${call.title} gets ${showType(first.type)}` : undefined,
      ...traceOf([first?.axes.slice(-2) ?? []]),
      help: [whatToChange(condition, inner, first !== undefined)],
    });
    return false;
  }
  return true;
}

/** The configuration that a condition is about: what to change where it does not hold. */
function whatToChange({ condition }: WhereClause, inner: Site, hasInput: boolean): string {
  const words = new Set(textAt(condition.span).match(/[A-Za-z_]\w*/g));
  const names = [...words].filter((word) => /^[a-z]/.test(word) && inner.scope.own(word));
  const sizes = hasInput && [...words].some((word) => /^[A-Z]/.test(word) && inner.scope.own(word));
  if (names.length === 0) return 'change the size of the input';
  return `change ${oneOf(names)}${sizes ? ', or the size of the input' : ''}`;
}

function lookupPath(path: string, site: Site): string | undefined {
  const [name, ...members] = path.split('.');
  let value = site.scope.lookup(name);
  for (const member of members) value = value && membersOf(value)[Number(member)];
  return value && showValue(value);
}

function applyIntrinsic(application: Application, inner: Site): Value {
  const { declaration, call, config, inputs } = application;
  const name = declaration.name.name;
  const options = Object.fromEntries(config.map((p) => [p.name.name, inner.scope.lookup(p.name.name) ?? poison]));
  const args = inputs.map(({ value }) => value);
  const tuple = tupleIntrinsics.get(name);
  if (tuple) return tuple(args, options, call.span, inner);
  return inner.checker.intrinsic(name, args, options, call.span, inner);
}

/** A pipeline's value comes from its last stage. */
const lastStage = (expression: Expression | undefined): Expression | undefined =>
  expression?.kind === 'pipe' ? expression.stage : expression;

/** The body's value as a tensor of the declared type; undefined (and reported) where it is not. */
export function checkResult(
  value: Value,
  declared: TensorType | undefined,
  declaration: Callable,
  inner: Site,
): TensorValue | undefined {
  const span = lastStage(declaration.body?.result)?.span ?? declaration.name.span;
  if (value.kind === 'poison') return undefined;
  const result = toTensor(value, span, declared?.element);
  const name = declaration.name.name;
  if (!result) {
    fail(inner, {
      code: 'E0406',
      message: `${name} must give one tensor, not ${showValue(value)}`,
      span,
      help: ['the value of a body is its last expression'],
    });
    return undefined;
  }
  if (!declared || sameType(result.type, declared)) return result;
  const axis = result.type.shape.findIndex((size, i) => !declared.shape[i] || !dim.equal(size, declared.shape[i]));
  const sameRank = result.type.shape.length === declared.shape.length;
  const trace = traceOf(sameRank ? [[result.axes[axis]]] : []);
  fail(inner, {
    code: 'E0305',
    message: `${name} gives ${showType(result.type)}, but is declared to give ${showType(declared)}`,
    span,
    label: `this is ${showType(result.type)}`,
    notes: [
      ...(declaration.result ? [{ span: declaration.result.span, message: 'declared here' }] : []),
      ...trace.notes.filter((note) => note.span.start < span.start || note.span.end > span.end),
    ],
    provenance: trace.provenance,
    ...resultRemedies(result, declared, declaration),
  });
  return undefined;
}

/** Equal, where a class index without a number of classes fits any. */
export const sameType = (a: TensorType, b: TensorType): boolean =>
  a.element === b.element &&
  sameShape(a.shape, b.shape) &&
  (!a.classes || !b.classes || dim.equal(a.classes, b.classes));

/** Configuration as the typed tree holds it. */
export function configOf(config: readonly Parameter[], inner: Site): Record<string, ConfigValue> {
  return Object.fromEntries(config.map((p) => [p.name.name, toConfig(inner.scope.lookup(p.name.name) ?? poison)]));
}
