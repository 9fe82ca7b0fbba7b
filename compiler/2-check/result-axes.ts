/** Where the axes of a call's result come from: the inputs, the configuration, or the body. */
import type { DimensionNode, TypeNode } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import type { TensorType } from '../ops/types.ts';
import type { Given } from './arguments.ts';
import type { Matching } from './matching.ts';
import { formulaOrigin } from './provenance.ts';
import type { Problem } from './report.ts';
import type { Site } from './site.ts';
import { traceOf } from './trace.ts';
import type { TypedInstance } from './typed.ts';
import { unreadBy } from './unread.ts';
import type { Origin, Provenance, TensorValue } from './values.ts';

export interface ResultPlace {
  /** The layer's name, or the declaration's. */
  readonly title: string;
  /** The call; its axes mean nothing to users where it stands in the library. */
  readonly span: Span;
  readonly instance: TypedInstance;
  readonly given: ReadonlyMap<string, Given>;
}

/** Axes named in the declared type come from the input that bound the name; the others arise in this call. */
export function declaredAxes(
  result: TypeNode,
  type: TensorType,
  matching: Matching,
  inner: Site,
  { title, span, instance, given }: ResultPlace,
): readonly (Provenance | undefined)[] {
  const nodes = result.kind === 'tensor' ? (result.dims ?? []) : [];
  const what = inner.checker.isLibrary(span.file) ? undefined : title;
  const axes: (Provenance | undefined)[] = [];
  for (const node of nodes) {
    const passed = passedOn(node, matching);
    if (passed) axes.push(...passed);
    else if (node.kind === 'size') {
      const [axis, formula] = [axes.length, node.value];
      const origin = (): Origin => ({
        ...formulaOrigin(formula, matching, inner),
        stated: formula.kind === 'name' ? statedAt(given.get(formula.name)) : undefined,
        unread: unreadBy(instance, axis),
      });
      axes.push({ span, type, axis, what, origin });
    }
  }
  return axes;
}

/** For a size that is no possible one: how it was computed, and from what. */
export function resultSize(
  result: TypeNode,
  axis: number,
  matching: Matching,
  inner: Site,
): Pick<Problem, 'label' | 'provenance'> {
  const nodes = result.kind === 'tensor' ? (result.dims ?? []) : [];
  const node = nodes.some(({ kind }) => kind === 'spread') ? undefined : nodes[axis];
  if (node?.kind !== 'size') return {};
  const { from, arithmetic } = formulaOrigin(node.value, matching, inner);
  const { provenance } = traceOf(from.map((source) => [source]));
  return arithmetic === undefined ? { provenance } : { label: arithmetic, provenance };
}

function passedOn(node: DimensionNode, matching: Matching): readonly (Provenance | undefined)[] | undefined {
  if (node.kind === 'spread') return matching.bound.get(node.name.name)?.axes ?? [];
  const bound = node.value.kind === 'name' ? matching.bound.get(node.value.name) : undefined;
  return bound?.by === undefined ? undefined : bound.axes;
}

/** The place of a number that an argument is; `out` of `in -> out`. */
function statedAt(given: Given | undefined): Span | undefined {
  const { expression } = given ?? {};
  const value = expression?.kind === 'arrow' ? expression.to : expression;
  return value?.kind === 'number' ? value.span : undefined;
}

/** Without a declared type: places inside the library mean nothing to users, such an axis comes from the call. */
export function bodyAxes(
  result: TensorValue,
  inner: Site,
  { title, span, instance }: ResultPlace,
): readonly (Provenance | undefined)[] {
  const { type } = result;
  const what = inner.checker.isLibrary(span.file) ? undefined : title;
  return result.axes.map((source, axis) => {
    if (source && (source.what !== undefined || what === undefined)) return source;
    const kept = source && source.type.shape.length === type.shape.length && sameAxis(source, type.shape[axis]);
    const origin = (): Origin => ({
      from: source ? [source] : [],
      unread: kept ? unreadBy(instance, axis) : undefined,
    });
    return { span, type, axis, what, origin };
  });
}

const sameAxis = (source: Provenance, size: TensorValue['type']['shape'][number]): boolean =>
  dim.equal(source.type.shape[source.axis], size);
