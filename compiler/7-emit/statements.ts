/**
 * Top-level statements as text. ts-morph writes classes and functions; a constant that holds a page of data keeps the
 * layout that `literal.ts` gave it, which ts-morph would indent once more.
 */
import { commentText } from './literal.ts';

const WIDTH = 120;

export interface Constant {
  readonly doc: string;
  readonly name: string;
  readonly value: string;
  readonly type?: string | undefined;
  /** Checked against this type, while its own keeps the values: an editor shows them. */
  readonly satisfies?: string;
  readonly exported?: boolean;
}

/** `/** doc *\/ [export] const name[: type] = value[ as const satisfies type];` */
export function constant(options: Constant): string {
  const { name, value, type, satisfies, exported = false } = options;
  const written = satisfies === undefined ? value : `${value} as const satisfies ${satisfies}`;
  return `${docComment(options.doc)}\n${exported ? 'export ' : ''}const ${name}${type ? `: ${type}` : ''} = ${written};\n`;
}

/** `/** doc *\/ export type name = value;` */
export function typeAlias(doc: string, name: string, value: string): string {
  return `${docComment(doc)}\nexport type ${name} = ${value};\n`;
}

/** On one line where it fits. `type` in front of a name imports the type alone. */
export function importStatement(names: readonly string[], from: string): string {
  const onlyTypes = names.every((name) => name.startsWith('type '));
  const written = onlyTypes ? names.map((name) => name.slice('type '.length)) : names;
  const keyword = onlyTypes ? 'import type' : 'import';
  const flat = `${keyword} { ${written.join(', ')} } from '${from}';\n`;
  if (flat.length <= WIDTH) return flat;
  return `${keyword} {\n${written.map((name) => `  ${name},\n`).join('')}} from '${from}';\n`;
}

function docComment(doc: string): string {
  const lines = commentText(doc).split('\n');
  if (lines.length === 1 && doc.length <= WIDTH - 7) return `/** ${lines[0]} */`;
  return ['/**', ...lines.map((line) => ` * ${line}`.trimEnd()), ' */'].join('\n');
}
