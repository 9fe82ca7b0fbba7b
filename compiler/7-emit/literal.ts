/**
 * Prints plain data as TypeScript: single quotes, keys without quotes where they allow it, on one line where it fits.
 * Knows nothing of what the data means.
 */

const WIDTH = 120;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Text that the printer puts in as it is: a name, a template string. */
export class Verbatim {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Data =
  | string
  | number
  | boolean
  | null
  | undefined
  | Verbatim
  | readonly Data[]
  | { readonly [key: string]: Data };

/**
 * `value` as TypeScript. `column` is where the text will start, `indent` the indentation of the line it starts in.
 * Undefined members are left out.
 */
export function literal(value: Data, indent = 0, column = indent): string {
  const flat = oneLine(value);
  if (!flat.includes('\n') && column + flat.length < WIDTH) return flat;
  const inner = indent + 2;
  const pad = ' '.repeat(inner);
  if (isList(value)) {
    if (value.every((item) => typeof item === 'number')) return wrapNumbers(value, indent);
    return `[\n${value.map((item) => `${pad}${literal(item, inner)},\n`).join('')}${' '.repeat(indent)}]`;
  }
  if (isRecord(value)) {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    const lines = members.map(([name, item]) => {
      const before = `${pad}${key(name)}: `;
      return `${before}${literal(item, inner, before.length)},\n`;
    });
    return `{\n${lines.join('')}${' '.repeat(indent)}}`;
  }
  return flat;
}

function oneLine(value: Data): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return number(value);
  if (value instanceof Verbatim) return value.text;
  if (isList(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (isRecord(value)) {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    return members.length === 0
      ? '{}'
      : `{ ${members.map(([name, item]) => `${key(name)}: ${oneLine(item)}`).join(', ')} }`;
  }
  return String(value);
}

function wrapNumbers(values: readonly Data[], indent: number): string {
  const lines: string[] = [];
  let line = ' '.repeat(indent + 1);
  for (const value of values) {
    const text = ` ${oneLine(value)},`;
    if (line.length + text.length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(indent + 1);
    }
    line += text;
  }
  return `[\n${[...lines, line].join('\n')}\n${' '.repeat(indent)}]`;
}

function isList(value: Data): value is readonly Data[] {
  return Array.isArray(value);
}

function isRecord(value: Data): value is { readonly [key: string]: Data } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Verbatim);
}

/** A property's name, quoted only where it must be. */
export function key(name: string): string {
  return IDENTIFIER.test(name) ? name : quoted(name);
}

/** A string literal in single quotes; double ones where that saves escapes. */
export function quoted(text: string): string {
  const json = JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  if (text.includes("'") && !text.includes('"')) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** A number literal that reads back as the same number, minus zero and the infinities included. */
export function number(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A template string with exactly this text. */
export function template(text: string): string {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${').replaceAll('\r', '\\r')}\``;
}

/** Text for the inside of a doc comment. */
export function commentText(text: string): string {
  return text.replaceAll('*/', '*\\/');
}
