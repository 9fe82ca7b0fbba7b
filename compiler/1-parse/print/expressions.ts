/** Expressions as S-expressions. */
import type { Argument, Block, Expression, IndexItem } from '../ast.ts';

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
      return list([printExpression(one.callee), ...one.arguments.map(argument)]);
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
    case 'for':
      return list([
        'for',
        ...one.variables.map(({ name, extent }) => `(${name.name} ${printExpression(extent)})`),
        block(one.body),
      ]);
    case 'missing':
      return one.partial ? list(['missing', printExpression(one.partial)]) : '(missing)';
  }
}

const list = (parts: readonly string[]): string => `(${parts.join(' ')})`;

const argument = ({ name, value }: Argument): string => `${name ? `${name.name}=` : ''}${printExpression(value)}`;

function index(item: IndexItem): string {
  if (item.kind === 'at') return printExpression(item.value);
  return `${item.from ? printExpression(item.from) : ''}:${item.to ? printExpression(item.to) : ''}`;
}

/** A block inside an expression, on one line. */
function block({ statements, result }: Block): string {
  const values = statements.map((statement) => {
    const names = statement.kind === 'let' ? statement.names.map(({ name }) => name).join(' ') : undefined;
    const name = names ?? ('name' in statement ? statement.name.name : '');
    return list([statement.kind, ...(name === '' ? [] : [name]), printExpression(statement.value)]);
  });
  return `{${[...values, ...(result ? [printExpression(result)] : [])].join(' ')}}`;
}
