/**
 * The syntax tree as S-expressions, for `--print-after parse` and for tests: compact, one declaration or statement on a
 * line, without spans. Not the formatter: it does not print the language.
 */
import type { Block, Declaration, Parameter, SourceModule, WhereClause } from './ast.ts';
import { printArguments, printExpression, printStatement, printType } from './print-expression.ts';

export const printModule = (module: SourceModule): string => module.declarations.map(printDeclaration).join('\n');

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');

/** `(head` followed by one part a line, indented. */
const lines = (head: string, parts: readonly string[]): string =>
  parts.length === 0 ? `(${head})` : `(${head}\n${indent(parts.join('\n'))})`;

export function printDeclaration(declaration: Declaration): string {
  const doc = 'doc' in declaration && declaration.doc !== '' ? [`(doc ${JSON.stringify(declaration.doc)})`] : [];
  switch (declaration.kind) {
    case 'import':
      return `(import (${declaration.names.map(({ name }) => name).join(' ')}) ${JSON.stringify(declaration.path)})`;
    case 'const':
      return lines(`const ${declaration.name.name}`, [...doc, printExpression(declaration.value)]);
    case 'fn': {
      const { intrinsic, name, parameters, body } = declaration;
      const parts = [
        ...doc,
        ...parameters.map(parameter),
        ...signature(declaration),
        ...(body ? [printBlock(body)] : []),
      ];
      return lines(`${intrinsic ? 'intrinsic-fn' : 'fn'} ${name.name}`, parts);
    }
    case 'layer':
    case 'model':
    case 'augment':
      return lines(`${declaration.kind} ${declaration.name.name}`, [
        ...doc,
        ...groups(declaration),
        ...signature(declaration),
        printBlock(declaration.body),
      ]);
    case 'optimizer':
      return lines(`optimizer ${declaration.name.name}`, [
        ...doc,
        ...groups(declaration),
        printBlock(declaration.body),
      ]);
    case 'dataset':
      return lines(`dataset ${declaration.name.name}`, [...doc, ...declaration.entries.map(entry)]);
    case 'train': {
      const { name, model, config, dataset, settings } = declaration;
      const configuration = `(${[model.name, ...printArguments(config)].join(' ')})`;
      const values = settings.map((setting) => `(${setting.name.name} ${printExpression(setting.value)})`);
      return lines(`train ${name ? `${name.name} ` : ''}${configuration} on ${dataset.name}`, [...doc, ...values]);
    }
  }
}

type Groups = { readonly config: readonly Parameter[]; readonly inputs: readonly Parameter[] };

const groups = ({ config, inputs }: Groups): string[] => [
  ...(config.length > 0 ? [lines('config', config.map(parameter))] : []),
  lines('inputs', inputs.map(parameter)),
];

type Signature = Pick<Extract<Declaration, { kind: 'fn' }>, 'result' | 'where'>;

const signature = ({ result, where }: Signature): string[] => [
  ...(result ? [`(-> ${printType(result)})`] : []),
  ...where.map(whereClause),
];

const whereClause = ({ condition, message }: WhereClause): string =>
  `(where ${printExpression(condition)} ${JSON.stringify(message)})`;

function parameter(one: Parameter): string {
  const from = one.from ? `${one.from.name} -> ` : '';
  const value = one.default ? ` ${printExpression(one.default)}` : '';
  return `(${from}${one.name.name} ${printType(one.type)}${value})`;
}

function entry(one: Extract<Declaration, { kind: 'dataset' }>['entries'][number]): string {
  if (one.kind === 'sample') return lines('sample', one.fields.map(parameter));
  if (one.kind === 'setting') return `(${one.name.name} ${printExpression(one.value)})`;
  return lines(`group ${one.name.name}`, one.entries.map(entry));
}

export function printBlock({ statements, result }: Block): string {
  const parts = [...statements.map(printStatement), ...(result ? [printExpression(result)] : [])];
  return parts.length === 1 && !parts[0].includes('\n') ? `{${parts[0]}}` : `{\n${indent(parts.join('\n'))}\n}`;
}
