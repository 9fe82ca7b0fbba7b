/** Intrinsic functions whose result is a tuple of as many tensors as their options say: no operator has several results. */
import type { Span } from '../diagnostics/diagnostic.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import { fail, type Site } from './site.ts';
import { asDim, asNumber, intValue, poison, type Value } from './values.ts';

type TupleIntrinsic = (
  args: readonly Value[],
  options: Readonly<Record<string, Value>>,
  span: Span,
  site: Site,
) => Value;

export const tupleIntrinsics: ReadonlyMap<string, TupleIntrinsic> = new Map([['split', split]]);

/** `split(x, 4, axis=1)`: parts of 4, the last one smaller where 4 does not divide; `split(x, (1, 3))`: parts of these sizes. */
function split([x]: readonly Value[], options: Readonly<Record<string, Value>>, span: Span, site: Site): Value {
  const axis = asNumber(options.axis);
  if (x?.kind !== 'tensor' || options.size.kind !== 'tuple' || axis === undefined) return poison;
  const { shape } = x.type;
  const at = axis < 0 ? axis + shape.length : axis;
  const whole = shape[at];
  const wrong = (message: string, help: string): Value => fail(site, { code: 'E0308', message, span, help: [help] });
  if (!whole) return wrong(`split: there is no axis ${axis} in ${showType(x.type)}`, `it has ${shape.length} axes`);
  const given = options.size.items.flatMap((item) => asDim(item) ?? []);
  const sizes = partSizes(given, whole);
  if (!sizes || sizes.some((size) => (dim.constant(size) ?? 1) <= 0) || !dim.equal(sizes.reduce(dim.add), whole)) {
    const place = `the ${dim.show(whole)} at axis ${at} of ${showType(x.type)}`;
    const parts = `parts of ${given.map((size) => dim.show(size)).join(', ')}`;
    return wrong(
      given.length > 1 ? `split: ${parts} do not make up ${place}` : `split: ${place} cannot be cut into ${parts}`,
      'give one positive size for all parts of a known axis, or positive sizes that add up to it',
    );
  }
  let start = dim.int(0);
  const items = sizes.map((size) => {
    const end = dim.add(start, size);
    const range = { axis: intValue(at), start: intValue(start), end: intValue(end) };
    start = end;
    return site.checker.intrinsic('slice', [x], range, span, site);
  });
  return { kind: 'tuple', items };
}

function partSizes(given: readonly Dim[], whole: Dim): readonly Dim[] | undefined {
  if (given.length !== 1) return given.length > 1 ? given : undefined;
  const [size, all] = [dim.constant(given[0]), dim.constant(whole)];
  if (size === undefined || all === undefined || size <= 0) return undefined;
  return Array.from({ length: Math.ceil(all / size) }, (_, i) => dim.int(Math.min(size, all - i * size)));
}
