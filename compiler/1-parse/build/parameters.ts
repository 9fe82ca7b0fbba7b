/** Parameters: configuration, inputs, a sample's fields. */

import type { Parameter, TypeNode } from '../ast.ts';
import type { CstNode, IToken } from '../chevrotain.ts';
import { endOf, nodeOf, nodesOf, startOf, tokenEnd, tokenOf, tokensOf } from '../cst.ts';
import { assigned } from './blocks.ts';
import { type Build, guard, identifier, junk, spanOf } from './context.ts';
import { commasOf, separated } from './lists.ts';
import { annotation, missingType, type } from './types.ts';

/** Of `( … )`, or of a sample's `{ … }`, in which newlines separate, too. */
export function parameters(b: Build, node: CstNode): readonly Parameter[] {
  const separators = [...commasOf(node), ...tokensOf(node, 'Terminator')];
  return separated(b, separators, nodesOf(node, 'parameter')).flatMap((child) => parameter(b, child));
}

function parameter(b: Build, node: CstNode): readonly Parameter[] {
  const start = startOf(node);
  const [first, second] = parameterNames(b, node);
  for (const rest of nodesOf(node, 'junkInList')) junk(b, rest, start);
  if (!first) return [];
  const name = second ?? first;
  const written = nodeOf(node, 'annotation');
  const typed =
    annotation(b, written) ?? bareType(b, node, name) ?? missingType(b, `\`${name.image}\``, tokenEnd(name));
  const assignment = nodeOf(node, 'assignment');
  const value = assignment && guard(b, assigned(b, node, `\`${name.image}\``, false), startOf(assignment), endOf(node));
  return [
    {
      name: identifier(b, name),
      ...(second ? { from: identifier(b, first) } : {}),
      type: typed,
      ...(value ? { default: value } : {}),
      span: spanOf(b, node),
    },
  ];
}

function bareType(b: Build, node: CstNode, name: IToken): TypeNode | undefined {
  const written = nodeOf(node, 'type');
  if (!written) return undefined;
  const at = tokenEnd(name);
  b.problems.error('E0109', `a \`:\` is missing between \`${name.image}\` and its type`, at, at, {
    recovered: true,
    label: '`:` expected',
    fixes: [b.problems.fix('Insert `:`', at, at, ':')],
  });
  return type(b, written);
}

/** `out`, or `I` and `out` of `I -> out`. */
function parameterNames(b: Build, node: CstNode): readonly (IToken | undefined)[] {
  const names = tokensOf(node, 'Name');
  const arrow = tokenOf(node, 'Arrow');
  if (arrow && names.length === 1) {
    const at = tokenEnd(arrow);
    b.problems.error('E0107', '`->` needs the name of a configuration value after it', at, at, {
      label: 'a name is missing',
      help: ['write `I -> out: int`: I is a dimension of the input, out the value that is given'],
    });
  }
  return names;
}
