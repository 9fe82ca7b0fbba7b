/** Declarations as one line of the language: what hovers, completion and signature help show. */
import type { Parameter, TypeNode } from '../1-parse/ast.ts';
import type { NamedDeclaration } from '../2-check/modules.ts';
import { textAt } from '../2-check/show.ts';

/** A signature with the places of the parameters in its text. */
export interface Signature {
  readonly label: string;
  readonly parameters: readonly { readonly parameter: Parameter; readonly start: number; readonly end: number }[];
}

/** On one line, without comments. */
const line = (text: string): string =>
  text
    .replace(/\/\/[^\n]*/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const result = (type: TypeNode | undefined): string => (type ? ` -> ${line(textAt(type.span))}` : '');

export function signatureOf(declaration: NamedDeclaration): Signature {
  const { kind } = declaration;
  const name = declaration.name.name;
  if (kind === 'dataset') return { label: `dataset ${name}`, parameters: [] };
  if (kind === 'const') return { label: `const ${name} = ${line(textAt(declaration.value.span))}`, parameters: [] };
  const parameters: Signature['parameters'][number][] = [];
  let label = `${kind} ${name}`;
  const add = (list: readonly Parameter[]): void => {
    label += '(';
    for (const [i, parameter] of list.entries()) {
      const start = label.length + (i > 0 ? 2 : 0);
      label += `${i > 0 ? ', ' : ''}${line(textAt(parameter.span))}`;
      parameters.push({ parameter, start, end: label.length });
    }
    label += ')';
  };
  if (kind === 'fn') add(declaration.parameters);
  else {
    if (declaration.config.length > 0) add(declaration.config);
    add(declaration.inputs);
  }
  return { label: label + result('result' in declaration ? declaration.result : undefined), parameters };
}

/** The first list a parameter a line where one line would be long. */
export function shownSignature(declaration: NamedDeclaration): string {
  const { label, parameters } = signatureOf(declaration);
  if (label.length <= 90) return label;
  const list = declaration.kind === 'fn' || !('config' in declaration) ? parameters.length : declaration.config.length;
  const first = parameters.slice(0, list);
  const end = first.at(-1)?.end;
  if (end === undefined) return label;
  const lines = first.map((each) => `  ${label.slice(each.start, each.end)}`);
  return `${label.slice(0, first[0]?.start)}\n${lines.join(',\n')}\n${label.slice(end)}`;
}
