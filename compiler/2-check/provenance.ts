/**
 * Where the size of an axis comes from. While a program is checked axes are only linked; which axes a size was computed
 * from, and how, is found out when a message asks, by computing it once more with a symbol in the place of each input
 * size: what of the symbols is left in the result, it depends on, and the result's normal form is the arithmetic.
 */
import type { Expression } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { lookup } from '../ops/registry.ts';
import { axisGroups } from '../ops/reshape.ts';
import type { Attributes, TensorType } from '../ops/types.ts';
import type { Matching } from './matching.ts';
import { Reporter } from './report.ts';
import { Scope } from './scope.ts';
import { textAt } from './show.ts';
import type { Site } from './site.ts';
import { asDim, intValue, type Origin, type Provenance, type TensorValue } from './values.ts';

/** The axes of a tensor that is given as it is: a model's input, a field of the sample. */
export const givenAxes = (span: Span, type: TensorType, what?: string): Provenance[] =>
  type.shape.map((_, axis) => ({ span, type, axis, what }));

/** A stand-in for the size of one axis. The names sort in the order of the axes. */
interface Slot {
  readonly name: string;
  readonly size: Dim;
  readonly axis: Provenance | undefined;
}

const slotName = (index: number): string => `@${String(index).padStart(3, '0')}`;

/** The axes that `result` mentions, and the arithmetic where there is any. */
function originOf(result: Dim, slots: readonly Slot[]): Origin {
  const used = slots.filter(({ name }) => dim.symbols(result).includes(name));
  const sizes = new Map(used.map(({ name, size }) => [name, dim.show(size)]));
  const text = dim.show(result).replace(/@\d{3}/g, (name) => sizes.get(name) ?? name);
  const computed = used.length > 0 && !/^@\d{3}$/.test(dim.show(result));
  return { from: used.flatMap(({ axis }) => axis ?? []), arithmetic: computed ? text : undefined };
}

/**
 * The origin of a dimension of a written result type, in the scope of its signature: names that the inputs bound become
 * symbols. What goes wrong on the way is of no interest: nothing is reported.
 */
export function formulaOrigin(formula: Expression, matching: Matching, inner: Site): Origin {
  const scope = new Scope(inner.scope);
  const slots: Slot[] = [];
  const slot = (size: Dim, axis: Provenance | undefined): Dim => {
    const name = slotName(slots.length);
    slots.push({ name, size, axis });
    return dim.symbol(name);
  };
  for (const [name, { by, axes }] of matching.bound) {
    const value = inner.scope.lookup(name);
    if (by === undefined || !value) continue;
    if (value.kind === 'tuple') {
      const items = value.items.map((item, i) => intValue(slot(asDim(item) ?? dim.int(0), axes[i])));
      scope.bind(name, { kind: 'tuple', items });
    } else scope.bind(name, intValue(slot(asDim(value) ?? dim.int(0), axes[0])));
  }
  const site = { ...inner, scope, checker: { ...inner.checker, reporter: new Reporter(), observer: undefined } };
  const result = asDim(site.checker.evaluate(formula, site));
  return result ? originOf(result, slots) : { from: [] };
}

/** The axes of an operator's result. `what` names it in messages; absent inside the library. */
export function operatorAxes(
  op: string,
  inputs: readonly TensorValue[],
  attributes: Attributes,
  type: TensorType,
  { span, what }: { readonly span: Span; readonly what?: string },
): Provenance[] {
  return type.shape.map((_, axis) => ({
    span,
    type,
    axis,
    what,
    origin: () => operatorOrigin(op, inputs, attributes, type, axis),
  }));
}

/** How a use of an operator is called in messages: its name, or, where it was not written, the text. */
export function operatorTitle(op: string, span: Span): string {
  const text = textAt(span);
  if (text.startsWith(op)) return op;
  return text.length > 24 ? `${text.slice(0, 24).trimEnd()}…` : text;
}

function operatorOrigin(
  op: string,
  inputs: readonly TensorValue[],
  attributes: Attributes,
  type: TensorType,
  axis: number,
): Origin {
  const primitive = lookup(op);
  const slots = inputs.flatMap((input, i) =>
    input.type.shape.map((size, at) => ({ i, at, fromEnd: at - input.type.shape.length, size, axis: input.axes[at] })),
  );
  const named = slots.map((slot, n) => ({ ...slot, name: slotName(n) }));
  type Named = (typeof named)[number];
  /** The result's size with these sizes replaced; undefined where the operator then does not fit. */
  const probe = (replaced: readonly Named[]): Dim | undefined => {
    const types = inputs.map(({ type: own }, i) => ({
      ...own,
      shape: own.shape.map((size, at) => {
        const slot = replaced.find((r) => r.i === i && r.at === at);
        return slot ? dim.symbol(slot.name) : size;
      }),
    }));
    const result = primitive?.infer(types, attributes);
    return result && !('problem' in result) ? result.shape[axis] : undefined;
  };
  const matters = named.filter((slot) => {
    const alone = probe([slot]);
    if (alone) return dim.symbols(alone).includes(slot.name);
    // Sizes that have to agree only change together; they come from the first of them.
    const partners = named.filter((other) => other.i !== slot.i && other.fromEnd === slot.fromEnd);
    if (partners.length === 0 || partners.some((other) => other.i < slot.i)) return false;
    const same = [slot, ...partners].map((each) => ({ ...each, name: slot.name }));
    return dim.symbols(probe(same) ?? dim.int(0)).includes(slot.name);
  });
  const result = probe(matters);
  if (matters.length > 0) return result ? originOf(result, matters) : { from: matters.flatMap((m) => m.axis ?? []) };
  return primitive?.kind === 'movement' && inputs.length === 1 ? regrouped(inputs[0], type, axis) : { from: [] };
}

/** The same elements in other axes: an axis comes from those that hold the same elements. */
function regrouped(input: TensorValue, type: TensorType, axis: number): Origin {
  const { shape } = input.type;
  if (!dim.equal(dim.product(shape), dim.product(type.shape))) return { from: [] };
  const group = axisGroups(shape, type.shape).find(({ to }) => to.includes(axis));
  const from = group?.from ?? [];
  const joined = from.length > 1 && group?.to.length === 1;
  return {
    from: from.flatMap((at) => input.axes[at] ?? []),
    arithmetic: joined ? from.map((at) => dim.show(shape[at])).join(' * ') : undefined,
  };
}

/** The origin as users see it: axes inside the library are replaced by what they come from. */
export function visibleOrigin({ origin }: Provenance): Origin {
  const own = origin?.() ?? { from: [] };
  const parts = own.from.map((axis) => (axis.what === undefined ? visibleOrigin(axis) : { from: [axis] }));
  const [only] = parts;
  return {
    ...own,
    from: [...new Set(parts.flatMap(({ from }) => from))],
    arithmetic: own.arithmetic ?? (parts.length === 1 ? only.arithmetic : undefined),
  };
}
