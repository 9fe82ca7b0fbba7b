/** Types and parameters. */
import type { DimensionNode, Parameter, TypeNode } from '../1-parse/ast.ts';
import { align, all, commaList, type Doc, fill, group, nothing, space, text } from './doc.ts';
import { after, bracketed, closing, items, type Printer, word } from './printer.ts';

export function type(p: Printer, node: TypeNode): Doc {
  switch (node.kind) {
    case 'scalar':
    case 'missing':
      return word(p);
    case 'tuple': {
      const open = word(p, '(');
      const inner = items(p, node.items, (item) => type(p, item));
      return bracketed(open, commaList(inner), closing(p, ')'));
    }
    case 'range':
      return all(type(p, node.from), word(p, '..'), type(p, node.to));
    case 'tensor': {
      const { element, dims } = node;
      const name = word(p);
      const count = element.kind === 'class' ? group(word(p, '('), ...one(p, element.count), closing(p, ')')) : nothing;
      return all(name, count, dims ? dimensions(p, dims) : nothing);
    }
  }
}

const one = (p: Printer, count: Extract<DimensionNode, { kind: 'size' }>['value']): readonly Doc[] =>
  items(p, [count], (value) => p.recur.expression(p, value));

/** Where they don't fit on a line, the computed sizes stand below each other, after the plain ones that come first. */
function dimensions(p: Printer, dims: readonly DimensionNode[]): Doc {
  const open = word(p, '[');
  const inner = items(p, dims, (item) => dimension(p, item));
  const close = closing(p, ']');
  const computed = dims.findIndex((item) => !isPlain(item));
  const plain = inner.slice(0, Math.max(0, computed)).flatMap((item) => [item, text(','), space]);
  return group(open, align(all(...plain, align(fill(inner.slice(Math.max(0, computed)))))), close);
}

const isPlain = (item: DimensionNode): boolean =>
  item.kind === 'spread' || item.value.kind === 'name' || item.value.kind === 'number';

function dimension(p: Printer, item: DimensionNode): Doc {
  if (item.kind === 'size') return p.recur.expression(p, item.value);
  return all(word(p, '...'), word(p));
}

/** `: type` */
export const annotation = (p: Printer, node: TypeNode | undefined): Doc =>
  node
    ? all(
        word(p, ':'),
        space,
        after(p, () => type(p, node)),
      )
    : nothing;

/** `I -> out: int = 1` */
export function parameter(p: Printer, { from, type: written, default: value }: Parameter): Doc {
  const first = word(p);
  const second = from ? all(space, word(p, '->'), space, word(p)) : nothing;
  const typed = annotation(p, written);
  const given = value
    ? all(
        space,
        word(p, '='),
        space,
        after(p, () => p.recur.expression(p, value)),
      )
    : nothing;
  return group(first, second, typed, given);
}

/** `(x: f32[N], y: f32[N])`: as many on a line as fit, below each other. */
export function parameters(p: Printer, list: readonly Parameter[]): Doc {
  const open = word(p, '(');
  const inner = items(p, list, (item) => parameter(p, item));
  return group(open, align(fill(inner)), closing(p, ')'));
}
