/** Configuration values brought to their declared type: `int` where `float` is wanted, one `int` for `(int, int)`. */
import type { TypeNode } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { describe, textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import { asDim, asNumber, floatValue, intValue, poison, type Value } from './values.ts';

/** The value as the type wants it, or poison after E0404. `what` names it in the message: "kernel of Conv2d". */
export function coerce(value: Value, type: TypeNode, what: string, span: Span, site: Site): Value {
  if (isSpoilt(value) || type.kind === 'missing') return poison;
  const result = convert(value, type);
  if (result) return result;
  const quotient = value.kind === 'float' && value.floor !== undefined;
  return fail(site, {
    code: 'E0404',
    message: `${what} must be ${describeType(type)}, not ${describe(value)}`,
    span,
    label: `expected ${describeType(type)}`,
    help: [quotient ? 'write floor(a / b) or ceil(a / b) for a whole number' : helpFor(type)],
  });
}

/** Poison, or a tuple with poison in it: what was wrong is reported already. */
const isSpoilt = (value: Value): boolean =>
  value.kind === 'poison' || (value.kind === 'tuple' && value.items.some(isSpoilt));

/** The converted value, or undefined where the value does not fit. */
export function convert(value: Value, type: TypeNode): Value | undefined {
  switch (type.kind) {
    case 'scalar':
      return convertScalar(value, type.name);
    case 'tuple':
      return convertTuple(value, type.items);
    case 'range':
      return value.kind === 'range' ? value : undefined;
    default:
      return undefined;
  }
}

function convertScalar(value: Value, name: 'int' | 'float' | 'bool' | 'string'): Value | undefined {
  if (name === 'int') {
    const size = asDim(value);
    return size && intValue(size);
  }
  if (name === 'float') {
    const number = asNumber(value);
    return number === undefined ? undefined : floatValue(number);
  }
  return value.kind === name ? value : undefined;
}

/** `(int)`, with one item, is a list of any length; a list in it is spliced, as `S` in `(N, S)`. */
function convertTuple(value: Value, types: readonly TypeNode[]): Value | undefined {
  const spliced = types.length === 1 ? splice(value) : value;
  const given = spliced.kind === 'tuple' ? spliced.items : types.map(() => spliced);
  if (types.length > 1 && given.length !== types.length) return undefined;
  const items = given.map((item, i) => convert(item, types.length === 1 ? types[0] : types[i]));
  const whole = items.filter((item) => item !== undefined);
  return whole.length === items.length ? { kind: 'tuple', items: whole } : undefined;
}

/** The tuple without tuples in it; another value as it is. */
export function splice(value: Value): Value {
  if (value.kind !== 'tuple') return value;
  const items = value.items.map(splice);
  return { kind: 'tuple', items: items.flatMap((item) => (item.kind === 'tuple' ? item.items : [item])) };
}

function describeType(type: TypeNode): string {
  if (type.kind === 'tuple') {
    return type.items.length === 1
      ? 'a list of integers'
      : `${textAt(type.span)} or one ${textAt(type.items[0].span)} for all`;
  }
  const names = { int: 'an integer', float: 'a number', bool: 'true or false', string: 'a string' };
  return type.kind === 'scalar' ? names[type.name] : textAt(type.span);
}

function helpFor(type: TypeNode): string {
  if (type.kind === 'tuple') return type.items.length === 1 ? 'for example (1, 2)' : 'for example 3, or (3, 5)';
  if (type.kind === 'range') return 'for example 0.08..1.0';
  const examples = { int: '3', float: '0.5', bool: 'true', string: '"text"' };
  return `for example ${type.kind === 'scalar' ? examples[type.name] : '3'}`;
}
