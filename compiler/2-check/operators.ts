/**
 * Uses of the operator registry: NumPy broadcasting for elementwise operators, options as attributes, and the
 * operator's own shape rule for the result's type. Over plain numbers an elementwise operator is computed here and now.
 */
import type { Span } from '../diagnostics/diagnostic.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { broadcastShapes, showType } from '../ops/infer.ts';
import { lookup } from '../ops/registry.ts';
import { type ScalarFunction, scalarTable } from '../ops/scalar.ts';
import type { Attributes, ElementType, TensorType } from '../ops/types.ts';
import { attributesOf } from './attributes.ts';
import { integerChoice } from './integers.ts';
import { behindLeads, jointLeads, lift, spread, withLeads } from './leads.ts';
import { elementCause } from './mismatch.ts';
import { positionOf } from './positions.ts';
import { operatorAxes, operatorTitle } from './provenance.ts';
import { agreeFixes } from './remedies.ts';
import type { Problem } from './report.ts';
import { showValue } from './show.ts';
import { fail, type Site } from './site.ts';
import { traceOf } from './trace.ts';
import { checkPositive } from './types.ts';
import {
  asDim,
  asNumber,
  floatValue,
  intValue,
  type Lead,
  type Provenance,
  poison,
  type TensorValue,
  tensorOf,
  toTensor,
  type Value,
} from './values.ts';

const isScalarFunction = (op: string): op is ScalarFunction => Object.hasOwn(scalarTable, op);

/** How users write an operator. */
const spelling: ReadonlyMap<string, string> = new Map(
  Object.entries({ add: '+', sub: '-', mul: '*', div: '/', lt: '<', le: '<=', gt: '>', ge: '>=', eq: '==', ne: '!=' }),
);

const spell = (op: string): string => (spelling.has(op) ? `\`${spelling.get(op)}\`` : op);

export function elementwise(op: string, args: readonly Value[], span: Span, site: Site): Value {
  if (args.some((arg) => arg.kind === 'poison')) return poison;
  const folded = fold(op, args);
  if (folded) return folded;
  const like = commonElement(args);
  const tensors: TensorValue[] = [];
  for (const arg of args) {
    const tensor = toTensor(arg, span, like);
    if (!tensor) {
      return fail(site, {
        code: 'E0406',
        message: `${spell(op)} computes with tensors and numbers, not with ${showValue(arg)}`,
        span,
        help: ['check what stands on both sides'],
      });
    }
    tensors.push(tensor);
  }
  const promoted = promote(tensors, span);
  return integerChoice(op, promoted, span, site) ?? applyElementwise(op, promoted, span, site);
}

/** An integer (an index, say) beside f32 counts as f32, as in PyTorch; a class index does not: it is no quantity. */
function promote(tensors: readonly TensorValue[], span: Span): readonly TensorValue[] {
  const plain = (t: TensorValue): boolean => t.type.element === 'i32' && !t.type.classes;
  if (!tensors.some((t) => t.type.element === 'f32')) return tensors;
  return tensors.map((t) => {
    if (!plain(t)) return t;
    const type: TensorType = { element: 'f32', shape: t.expr.type.shape };
    return tensorOf({ kind: 'op', op: 'to_f32', args: [t.expr], attributes: {}, type, span }, t.axes, t.leads);
  });
}

function applyElementwise(op: string, tensors: readonly TensorValue[], span: Span, site: Site): Value {
  const types = tensors.map((t) => t.type);
  const shape = broadcastShapes(types);
  if ('problem' in shape) {
    const rank = types[shape.input ?? 0].shape.length;
    return cannotBroadcast(op, tensors, (shape.axis ?? rank - 1) - rank, span, site);
  }
  const type = infer(op, tensors, {}, span, site);
  if (!type) return poison;
  const leads = jointLeads(tensors, site.leads);
  const args = tensors.map((t) => lift(t, leads, shape.length));
  const expr = { kind: 'op' as const, op, args, attributes: {}, type: withLeads(type, leads), span };
  const position = positionOf(op, tensors);
  return { ...tensorOf(expr, jointAxes(tensors, shape), leads), ...(position ? { position } : {}) };
}

/** The value where every argument is a number that is known, or an integer with symbols for min and max. */
function fold(op: string, args: readonly Value[]): Value | undefined {
  if (!isScalarFunction(op)) return undefined;
  const numbers = args.map((arg) => (arg.kind === 'bool' ? Number(arg.value) : asNumber(arg)));
  const known = numbers.filter((value) => value !== undefined);
  if (known.length === numbers.length) {
    const row = scalarTable[op];
    const value = row.evaluate(...known);
    if (row.result === 'bool') return { kind: 'bool', value: value !== 0 };
    const integral = Number.isSafeInteger(value) && args.every((arg) => arg.kind === 'int');
    if (integral) return intValue(value);
    // The larger of quotients is still one that rounds down where an integer is wanted, as `max(C / 2, 8)` for a size.
    const floor = extremum(op, args.map(asDim));
    return floor ? { kind: 'float', value, floor } : floatValue(value);
  }
  const chosen = extremum(
    op,
    args.map((arg) => (arg.kind === 'int' ? arg.dim : undefined)),
  );
  return chosen && intValue(chosen);
}

/** The larger or smaller of two integers, symbols and all. */
function extremum(op: ScalarFunction, [a, b]: readonly (Dim | undefined)[]): Dim | undefined {
  if (!a || !b) return undefined;
  if (op === 'max') return dim.max(a, b);
  return op === 'min' ? dim.min(a, b) : undefined;
}

/** The element type that integer literals take: that of the tensors beside them. */
function commonElement(args: readonly Value[]): ElementType {
  const types = args.flatMap((arg) => (arg.kind === 'tensor' && arg.type.element !== 'bool' ? [arg.type.element] : []));
  return types[0] ?? 'f32';
}

/** Each axis of the joint shape comes from the first tensor that has it in full. */
function jointAxes(tensors: readonly TensorValue[], shape: readonly Dim[]): (Provenance | undefined)[] {
  return shape.map((_, axis) => {
    const fromEnd = axis - shape.length;
    const owner = tensors.find(({ type }) => {
      const size = -fromEnd <= type.shape.length ? type.shape.at(fromEnd) : undefined;
      return size && dim.constant(size) !== 1;
    });
    return owner?.axes.at(fromEnd);
  });
}

function cannotBroadcast(op: string, tensors: readonly TensorValue[], fromEnd: number, span: Span, site: Site): Value {
  const sized = tensors.flatMap((t) => {
    const size = t.type.shape.at(fromEnd);
    return -fromEnd <= t.type.shape.length && size && dim.constant(size) !== 1 ? [{ t, size }] : [];
  });
  const sameRank = tensors.every(({ type }) => type.shape.length === tensors[0].type.shape.length);
  const sizes = [...new Set(sized.map(({ size }) => dim.show(size)))].join(' and ');
  return fail(site, {
    code: 'E0306',
    message: `${spell(op)} cannot combine ${tensors.map((t) => showType(t.type)).join(' and ')}`,
    span,
    label: `axis ${sameRank ? fromEnd + tensors[0].type.shape.length : fromEnd} is ${sizes}`,
    ...traceOf(sized.map(({ t }) => [t.axes.at(fromEnd)])),
    help: [
      sameRank
        ? 'the sizes of an axis must be equal, or one of them 1'
        : 'axes are aligned from the last; sizes must be equal, or one of them 1',
    ],
    fixes: agreeFixes(sized.map(({ t, size }) => ({ axis: t.axes.at(fromEnd), size }))),
  });
}

/** The result's type by the operator's shape rule; undefined (and reported) where the inputs do not fit. */
function infer(
  op: string,
  tensors: readonly TensorValue[],
  attributes: Attributes,
  span: Span,
  site: Site,
): TensorType | undefined {
  const inputs = tensors.map((t) => t.type);
  const primitive = lookup(op);
  if (!primitive) throw new Error(`the standard library declares the intrinsic ${op}, which is no operator`);
  const result = primitive.infer(inputs, attributes);
  if (!('problem' in result)) return checkPositive(result, `the result of ${op}`, span, site) ? result : undefined;
  const elements = primitive.kind === 'elementwise' ? wrongElements(op, tensors) : undefined;
  const said = result.problem.startsWith(op) ? result.problem : `${spell(op)}: ${result.problem}`;
  const doc = primitive.doc.replace(/\.$/, '');
  fail(site, {
    code: 'E0308',
    cause: elements?.cause,
    message: elements?.message ?? said,
    span,
    label: inputs.map(showType).join(', '),
    ...traceOf(primitive.kind === 'movement' ? unequalAxes(tensors, attributes) : []),
    help: [conversionHelp(inputs) ?? `${op}: ${doc[0].toLowerCase()}${doc.slice(1)}`],
  });
  return undefined;
}

/** The elements that an elementwise operator does not compute with; numbers written beside them are not at fault. */
function wrongElements(op: string, tensors: readonly TensorValue[]): Pick<Problem, 'message' | 'cause'> | undefined {
  const wrong = tensors.filter(({ expr, type }) => expr.kind !== 'literal' && type.element !== 'f32');
  if (wrong.length === 0) return undefined;
  const message = `${spell(op)} does not compute with ${wrong.map(({ type }) => showType(type)).join(' and ')}`;
  return { message, cause: elementCause(wrong[0].expr) };
}

/** Where tensors that are joined differ. */
function unequalAxes(tensors: readonly TensorValue[], attributes: Attributes): (readonly (Provenance | undefined)[])[] {
  const [a, b] = tensors;
  if (!a || !b || a.type.shape.length !== b.type.shape.length) return [];
  const axis = a.type.shape.findIndex((size, i) => i !== attributes.axis && !dim.equal(size, b.type.shape[i]));
  return axis < 0 ? [] : [[a.axes[axis]], [b.axes[axis]]];
}

function conversionHelp(inputs: readonly TensorType[]): string | undefined {
  const elements = new Set(inputs.map((type) => type.element));
  if (elements.has('u8')) return 'convert pixels with to_float(…) first';
  return elements.size > 1 || elements.has('bool')
    ? 'convert with to_f32(…) so that the element types agree'
    : undefined;
}

export function intrinsic(
  op: string,
  args: readonly Value[],
  options: Readonly<Record<string, Value>>,
  span: Span,
  site: Site,
): Value {
  if (lookup(op)?.kind === 'elementwise') return elementwise(op, args, span, site);
  const values = [...args, ...Object.values(options)];
  if (values.some((value) => value.kind === 'poison')) return poison;
  const tensors = args.flatMap((arg) => toTensor(arg, span) ?? []);
  const shape = tensors[0]?.type.shape ?? shapeOption(options);
  const attributes = attributesOf(op, options, shape, span, site);
  if (!attributes) return poison;
  const type = infer(op, tensors, attributes, span, site);
  if (!type) return poison;
  const leads = jointLeads(tensors, site.leads);
  if (leads.length > 0) return underLeads(op, tensors, attributes, type, leads, span, site);
  const expr = { kind: 'op' as const, op, args: tensors.map((t) => t.expr), attributes, type, span };
  if (type.shape.length === tensors[0]?.axes.length && op === 'detach') return tensorOf(expr, tensors[0].axes);
  return tensorOf(expr, operatorAxes(op, tensors, attributes, type, { span, what: titleOf(op, span, site) }));
}

const titleOf = (op: string, span: Span, site: Site): string | undefined =>
  site.checker.isLibrary(span.file) ? undefined : operatorTitle(op, span);

/** The operator for every value of the variables at once. `type` is the result's as the source sees it. */
function underLeads(
  op: string,
  tensors: readonly TensorValue[],
  attributes: Attributes,
  type: TensorType,
  leads: readonly Lead[],
  span: Span,
  site: Site,
): Value {
  const moved = behindLeads(attributes, leads);
  if (!moved) {
    return fail(site, {
      code: 'E0410',
      message: `${op} cannot be computed for each ${leads.map(({ name }) => name).join(', ')} of a comprehension`,
      span,
      help: ['compute it outside of the comprehension, and index its result inside'],
    });
  }
  const args = tensors.map((t) => spread(t, leads).expr);
  const expr = { kind: 'op' as const, op, args, attributes: moved, type: withLeads(type, leads), span };
  return tensorOf(expr, operatorAxes(op, tensors, attributes, type, { span, what: titleOf(op, span, site) }), leads);
}

const shapeOption = (options: Readonly<Record<string, Value>>): readonly Dim[] =>
  options.shape?.kind === 'tuple' ? options.shape.items.flatMap((item) => asDim(item) ?? []) : [];
