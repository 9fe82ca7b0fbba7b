/** Types: tensors, configuration values, tuples and ranges. */

import type { DimensionNode, ElementNode, TypeNode } from '../ast.ts';
import type { CstNode, IToken } from '../chevrotain.ts';
import { endOf, nodeOf, nodesOf, startOf, tokenEnd, tokenOf } from '../cst.ts';
import { oneSlip } from '../foreign.ts';
import { type Build, guardType, identifier, junk, spanOf } from './context.ts';
import { commasOf, separated } from './lists.ts';
import { chain } from './operators.ts';
import { items } from './values.ts';

const elements = ['f32', 'f16', 'i32', 'u8', 'bool'] as const;
const scalars = ['int', 'float', 'bool', 'string'] as const;

/** What the same type is called elsewhere. */
const elsewhere: Readonly<Record<string, string>> = {
  ...{ float32: 'f32', Float: 'f32', f64: 'f32', float64: 'f32', double: 'f32', Tensor: 'f32', tensor: 'f32' },
  ...{ float16: 'f16', half: 'f16', bf16: 'f16', bfloat16: 'f16', int32: 'i32', i64: 'i32', int64: 'i32', long: 'i32' },
  ...{ uint8: 'u8', byte: 'u8', i8: 'u8', int8: 'u8', boolean: 'bool', Bool: 'bool', str: 'string', String: 'string' },
  ...{ integer: 'int', Int: 'int', number: 'float' },
};

/** The type after a colon; reported where the colon has none. */
export function annotation(b: Build, node: CstNode | undefined): TypeNode | undefined {
  if (!node) return undefined;
  const inner = nodeOf(node, 'type');
  return inner ? type(b, inner) : missingType(b, '`:`', endOf(node));
}

export function missingType(b: Build, what: string, at: number): TypeNode {
  b.problems.error('E0109', `${what} needs a type`, at, at, {
    label: 'a type is missing',
    help: ['a type is written `f32[N, 10]`, `class(10)[N]`, `int`, `float`, `bool`, `string` or `(int, int)`'],
  });
  return { kind: 'missing', span: b.problems.span(at, at) };
}

export function type(b: Build, node: CstNode): TypeNode {
  const [first, second] = nodesOf(node, 'simpleType');
  const dots = tokenOf(node, 'Range');
  const from = simpleType(b, first);
  if (!dots) return guardType(b, from);
  const to = second ? simpleType(b, second) : missingType(b, '`..`', tokenEnd(dots));
  return guardType(b, { kind: 'range', from, to, span: spanOf(b, node) });
}

function simpleType(b: Build, node: CstNode): TypeNode {
  const span = spanOf(b, node);
  const tuple = nodeOf(node, 'tupleType');
  if (tuple) {
    for (const rest of nodesOf(tuple, 'junkInList')) junk(b, rest, startOf(tuple));
    const inside = separated(b, commasOf(tuple), nodesOf(tuple, 'type'));
    return { kind: 'tuple', items: inside.map((item) => type({ ...b, depth: b.depth + 1 }, item)), span };
  }
  const bracket = nodeOf(node, 'dimensions');
  const dims = bracket && dimensions(b, bracket);
  const keyword = tokenOf(node, 'Class');
  const name = tokenOf(node, 'Name');
  if (keyword) {
    const element = classElement(b, keyword, nodeOf(node, 'tuple'));
    return element ? { kind: 'tensor', element, ...(dims ? { dims } : {}), span } : { kind: 'missing', span };
  }
  if (!name) return { kind: 'missing', span };
  const scalar = scalars.find((word) => word === name.image);
  if (scalar && !dims) return { kind: 'scalar', name: scalar, span };
  const element = elements.find((word) => word === name.image);
  if (element) {
    return {
      kind: 'tensor',
      element: { kind: 'named', name: element, span: spanOf(b, name) },
      ...(dims ? { dims } : {}),
      span,
    };
  }
  return unknownType(b, name, dims, span);
}

function unknownType(
  b: Build,
  name: IToken,
  dims: readonly DimensionNode[] | undefined,
  span: TypeNode['span'],
): TypeNode {
  const tensor = dims !== undefined;
  const { image, startOffset: start } = name;
  const end = tokenEnd(name);
  const known: readonly string[] = tensor ? elements : [...scalars, ...elements];
  const guess = tensor && image === 'int' ? 'i32' : tensor && image === 'float' ? 'f32' : elsewhere[image];
  const meant = guess ?? known.find((word) => oneSlip(image, word));
  const what =
    tensor && scalars.some((word) => word === image)
      ? `a tensor's elements can't be \`${image}\``
      : `there is no type \`${image}\``;
  const guessed = elements.find((word) => word === meant) ?? 'f32';
  const scalar = tensor ? undefined : scalars.find((word) => word === meant);
  b.problems.error('E0109', what, start, end, {
    recovered: tensor || scalar !== undefined,
    ...(meant ? { label: `did you mean \`${meant}\`?` } : {}),
    help: [
      `a tensor's elements are ${elements.join(', ')} or class(K); a configuration value is int, float, bool or string`,
    ],
    fixes: meant ? [b.problems.fix(`Write \`${meant}\``, start, end, meant)] : [],
  });
  if (scalar) return { kind: 'scalar', name: scalar, span };
  if (!dims) return { kind: 'missing', span };
  return { kind: 'tensor', element: { kind: 'named', name: guessed, span: spanOf(b, name) }, dims, span };
}

function classElement(b: Build, keyword: IToken, brackets: CstNode | undefined): ElementNode | undefined {
  const inside = brackets ? items(b, brackets) : [];
  const [count] = inside;
  const end = brackets ? endOf(brackets) : tokenEnd(keyword);
  if (count && inside.length === 1) return { kind: 'class', count, span: b.problems.span(keyword.startOffset, end) };
  b.problems.error('E0109', '`class` needs the number of classes', keyword.startOffset, end, {
    label: 'how many?',
    help: ['write `class(10)` for one label out of ten, `class(10)[N]` for N of them'],
  });
  return undefined;
}

function dimensions(b: Build, node: CstNode): readonly DimensionNode[] {
  return separated(b, commasOf(node), nodesOf(node, 'dimension')).flatMap((item): DimensionNode[] => {
    const span = spanOf(b, item);
    const dots = tokenOf(item, 'Spread');
    const name = tokenOf(item, 'Name');
    const size = nodeOf(item, 'chain');
    const read: DimensionNode[] = size ? [{ kind: 'size', value: chain(b, size), span }] : [];
    if (dots && name) read.push({ kind: 'spread', name: identifier(b, name), span });
    for (const rest of nodesOf(item, 'junkInList')) junk(b, rest, startOf(item));
    if (dots && !name && !b.problems.damaged(startOf(item), endOf(item))) {
      b.problems.error('E0107', '`...` needs a name', tokenEnd(dots), tokenEnd(dots), {
        label: 'a name is missing',
        help: ['`...S` stands for any number of dimensions, as in `f32[...S]`'],
      });
    }
    return read;
  });
}
