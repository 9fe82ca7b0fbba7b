/** Expressions, types and statements as S-expressions, each on one line. */
import type { Argument, Block, DimensionNode, ElementNode, Expression, IndexItem, Statement, TypeNode } from './ast.ts';

const list = (parts: readonly string[]): string => `(${parts.join(' ')})`;

export function printExpression(one: Expression): string {
  switch (one.kind) {
    case 'number':
      return one.integer || !Number.isInteger(one.value) ? String(one.value) : one.value.toFixed(1);
    case 'string':
      return JSON.stringify(one.value);
    case 'bool':
      return String(one.value);
    case 'name':
      return one.name;
    case 'member':
      return `${printExpression(one.object)}.${one.member.name}`;
    case 'call':
      return list([printExpression(one.callee), ...printArguments(one.arguments)]);
    case 'index':
      return list(['index', printExpression(one.object), ...one.indices.map(index)]);
    case 'unary':
      return list([one.operator, printExpression(one.operand)]);
    case 'binary':
      return list([one.operator, printExpression(one.left), printExpression(one.right)]);
    case 'arrow':
      return list(['->', printExpression(one.from), printExpression(one.to)]);
    case 'range':
      return list(['..', printExpression(one.from), printExpression(one.to)]);
    case 'pipe':
      return list(['|>', printExpression(one.input), printExpression(one.stage)]);
    case 'named':
      return `${one.name.name}:${printExpression(one.value)}`;
    case 'tuple':
      return list(['tuple', ...one.items.map(printExpression)]);
    case 'list':
      return `[${one.items.map(printExpression).join(' ')}]`;
    case 'if':
      return list(['if', printExpression(one.condition), block(one.then), ...(one.else ? [block(one.else)] : [])]);
    case 'for': {
      const variables = one.variables.map(({ name, extent }) => list([name.name, printExpression(extent)]));
      return list(['for', ...variables, block(one.body)]);
    }
    case 'missing':
      return one.partial ? list(['missing', printExpression(one.partial)]) : '(missing)';
  }
}

export const printArguments = (all: readonly Argument[]): string[] =>
  all.map(({ name, value }) => `${name ? `${name.name}=` : ''}${printExpression(value)}`);

function index(item: IndexItem): string {
  if (item.kind === 'at') return printExpression(item.value);
  return `${item.from ? printExpression(item.from) : ''}:${item.to ? printExpression(item.to) : ''}`;
}

const block = ({ statements, result }: Block): string =>
  `{${[...statements.map(printStatement), ...(result ? [printExpression(result)] : [])].join(' ')}}`;

export function printStatement(one: Statement): string {
  switch (one.kind) {
    case 'let': {
      const names = one.names.map(({ name }) => name);
      const type = one.type ? [printType(one.type)] : [];
      return list(['let', names.length === 1 ? names[0] : list(names), ...type, printExpression(one.value)]);
    }
    case 'param':
    case 'buffer':
    case 'state': {
      const doc = one.doc === '' ? [] : [list(['doc', JSON.stringify(one.doc)])];
      const type = one.type ? [printType(one.type)] : [];
      return list([one.kind, one.name.name, ...type, printExpression(one.value), ...doc]);
    }
    case 'update':
      return list(['update', one.name.name, printExpression(one.value)]);
    case 'expression':
      return list(['unused', printExpression(one.value)]);
  }
}

export function printType(type: TypeNode): string {
  switch (type.kind) {
    case 'tensor':
      return `${element(type.element)}${type.dims ? `[${type.dims.map(dimension).join(' ')}]` : ''}`;
    case 'scalar':
      return type.name;
    case 'tuple':
      return list(type.items.map(printType));
    case 'range':
      return `${printType(type.from)}..${printType(type.to)}`;
    case 'missing':
      return '(missing)';
  }
}

const element = (one: ElementNode): string =>
  one.kind === 'class' ? `class(${printExpression(one.count)})` : one.name;

const dimension = (one: DimensionNode): string =>
  one.kind === 'spread' ? `...${one.name.name}` : printExpression(one.value);
