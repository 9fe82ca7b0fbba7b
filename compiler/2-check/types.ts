/** Written types as tensor types in a place's names, and the check that every dimension is positive. */
import type { DimensionNode, TypeNode } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import type { TensorType } from '../ops/types.ts';
import { unboundSpread } from './names.ts';
import type { Problem } from './report.ts';
import { describe, textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import { asDim, type Value } from './values.ts';

/** A written tensor type, every name in it known. Undefined (and reported) where it is none. */
export function evaluateType(type: TypeNode, site: Site): TensorType | undefined {
  if (type.kind === 'missing') return undefined;
  if (type.kind !== 'tensor') {
    fail(site, {
      code: 'E0404',
      message: `a tensor type is expected here, not ${textAt(type.span)}`,
      span: type.span,
      help: ['write an element type and dimensions, as in `f32[N, 10]`; `f32[]` is a single number'],
    });
    return undefined;
  }
  const shape: Dim[] = [];
  for (const node of type.dims ?? []) {
    const dims = dimensions(node, site);
    if (!dims) return undefined;
    shape.push(...dims);
  }
  const result: TensorType = { element: type.element.kind === 'class' ? 'i32' : type.element.name, shape };
  if (type.element.kind !== 'class') return result;
  const count = site.checker.evaluate(type.element.count, site);
  const classes = asDim(count);
  if (classes) return { ...result, classes };
  if (count.kind !== 'poison') notDimension(type.element.count.span, count, site);
  return undefined;
}

/** The dimensions that one part of a written shape stands for: several for `...S`. */
function dimensions(node: DimensionNode, site: Site): readonly Dim[] | undefined {
  if (node.kind === 'spread') {
    const value = site.scope.lookup(node.name.name);
    if (value?.kind === 'tuple') return value.items.flatMap((item) => asDim(item) ?? []);
    if (value?.kind !== 'poison') fail(site, unboundSpread(node.name.name, node.span));
    return undefined;
  }
  const value = site.checker.evaluate(node.value, site);
  const size = asDim(value);
  if (size) return [size];
  if (value.kind !== 'poison') notDimension(node.value.span, value, site);
  return undefined;
}

function notDimension(span: Span, value: Value, site: Site): void {
  fail(site, {
    code: 'E0404',
    message: `a dimension must be an integer, not ${describe(value)}`,
    span,
    label: 'not an integer',
    help: ['a dimension is an integer, a name bound by an input, or arithmetic over them'],
  });
}

/** Positions are 32-bit integers on every target. */
const largest = 2 ** 31 - 1;

/** The first axis whose size is known and no possible size. */
const wrongAxis = (type: TensorType): number =>
  type.shape.findIndex((size) => {
    const known = dim.constant(size);
    return known !== undefined && (known <= 0 || known > largest);
  });

/** Axes; no operator needs more than a handful. */
const mostAxes = 32;

/** Why a type whose dimensions are possible is not: too many axes, or more elements than positions can count. */
function tooLarge({ element, shape }: TensorType): string | undefined {
  if (shape.length > mostAxes) return `would have ${shape.length} axes, and a tensor has at most ${mostAxes}`;
  const elements = shape.reduce((count, size) => count * (dim.constant(size) ?? 1), 1);
  return elements > largest ? `would be ${showType({ element, shape })}: that is 2^31 elements or more` : undefined;
}

/** E0307 where a dimension comes out zero, negative or too large; true when the type is fine. */
export function checkPositive(
  type: TensorType,
  what: string,
  span: Span,
  site: Site,
  computed: (axis: number) => Pick<Problem, 'label' | 'provenance'> = () => ({}),
): boolean {
  const axis = wrongAxis(type);
  const problem = axis < 0 ? tooLarge(type) : undefined;
  if (problem !== undefined) {
    fail(site, { code: 'E0307', message: `${what} ${problem}`, span, help: ['a tensor has less than 2^31 elements'] });
    return false;
  }
  if (axis < 0) return true;
  const { label, provenance } = computed(axis);
  const large = (dim.constant(type.shape[axis]) ?? 0) > largest;
  fail(site, {
    code: 'E0307',
    message: `${what} would be ${showType(type)}: axis ${axis} ${large ? 'is too long' : 'has no elements'}`,
    span,
    provenance,
    label: `${label === undefined ? '' : `${label} = `}${dim.show(type.shape[axis])} at axis ${axis}`,
    help: ['every dimension must be at least 1 and below 2^31'],
  });
  return false;
}
