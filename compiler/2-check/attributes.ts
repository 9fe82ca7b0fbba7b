/**
 * An intrinsic's options as the operator's attributes. Conventions, by the option's name: `shape` is a list of
 * dimensions, of which one may be -1; `axis` and `order` may count from the end, and a list called `axis` becomes
 * `axes` (all of them where it is empty). Everything else must be a number known at compile time.
 */
import type { Span } from '../diagnostics/diagnostic.ts';
import { type Dim, dim } from '../dim/dim.ts';
import type { Attributes, AttributeValue } from '../ops/types.ts';
import { showValue } from './show.ts';
import { fail, type Site } from './site.ts';
import { asDim, asNumber, type Value } from './values.ts';

/** `shape` is the first input's shape. Undefined (and reported) where an option has no use. */
export function attributesOf(
  op: string,
  options: Readonly<Record<string, Value>>,
  shape: readonly Dim[],
  span: Span,
  site: Site,
): Attributes | undefined {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(options)) {
    const problem = (message: string, help: string): undefined => {
      fail(site, { code: 'E0308', message: `${op}: ${message}`, span, help: [help] });
      return undefined;
    };
    if (name === 'shape' && value.kind === 'tuple') {
      const dims = inferOne(
        value.items.flatMap((item) => asDim(item) ?? []),
        shape,
      );
      if (!dims) return problem(`-1 in the shape ${showValue(value)} has no whole value`, 'write the sizes out');
      attributes.shape = dims;
    } else if (value.kind === 'tuple') {
      const numbers = value.items.flatMap((item) => asNumber(item) ?? []);
      if (numbers.length !== value.items.length) return problem(...runTime(name, value));
      const axes = name === 'axis' || name === 'order';
      const list = axes ? numbers.map((axis) => fromStart(axis, shape.length)) : numbers;
      const wrong = numbers.find((axis) => axes && outside(axis, shape.length));
      if (wrong !== undefined) return problem(...noAxis(wrong, shape.length));
      if (name === 'axis') attributes.axes = list.length > 0 ? [...list].sort((a, b) => a - b) : shape.map((_, i) => i);
      else attributes[name] = list;
    } else if (value.kind === 'bool' || value.kind === 'string') {
      attributes[name] = value.value;
    } else {
      const number = asNumber(value);
      if (number === undefined) return problem(...runTime(name, value));
      if (name === 'axis' && outside(number, shape.length)) return problem(...noAxis(number, shape.length));
      attributes[name] = name === 'axis' ? fromStart(number, shape.length) : number;
    }
  }
  return attributes;
}

const fromStart = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
const outside = (axis: number, rank: number): boolean => axis < -rank || axis >= rank;

const noAxis = (axis: number, rank: number): [string, string] => [
  `there is no axis ${axis}`,
  rank === 0 ? 'a single number has no axes' : `the axes are 0 to ${rank - 1}, or -${rank} to -1 from the end`,
];

const runTime = (name: string, value: Value): [string, string] => [
  `${name} must be known at compile time, but ${showValue(value)} is not`,
  'only the sizes in a shape may depend on the batch',
];

/** The shape with its -1 replaced by what is left of the elements. */
function inferOne(wanted: readonly Dim[], shape: readonly Dim[]): readonly Dim[] | undefined {
  const open = wanted.findIndex((size) => dim.constant(size) === -1);
  if (open < 0) return wanted;
  const others = dim.product(wanted.filter((_, i) => i !== open));
  const rest = dim.divideExact(dim.product(shape), others);
  return rest && wanted.map((size, i) => (i === open ? rest : size));
}
