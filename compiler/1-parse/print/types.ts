/** Types as they are written. */
import type { DimensionNode, ElementNode, TypeNode } from '../ast.ts';
import { printExpression } from './expressions.ts';

export function printType(type: TypeNode): string {
  switch (type.kind) {
    case 'tensor':
      return `${element(type.element)}${type.dims ? `[${type.dims.map(dimension).join(' ')}]` : ''}`;
    case 'scalar':
      return type.name;
    case 'tuple':
      return `(${type.items.map(printType).join(' ')})`;
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
