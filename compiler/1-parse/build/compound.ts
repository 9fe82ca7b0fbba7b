/** `if` and `for`. */

import type { Block, Expression } from '../ast.ts';
import type { CstNode } from '../chevrotain.ts';
import { endOf, nodeOf, nodesOf, startOf, tokenEnd, tokenOf } from '../cst.ts';
import { type Build, identifier, maxDepth, missingValue, requireName, spanOf, tooDeep } from './context.ts';
import { commasOf, separated } from './lists.ts';

/** `if c { a } else if d { b } else { e }`: an `else if` is a block that holds an `if`. */
export function choice(b: Build, node: CstNode): Expression {
  const branches = nodesOf(node, 'branch');
  if (b.depth + branches.length > maxDepth) return tooDeep(b, node);
  const inner = { ...b, depth: b.depth + branches.length + 1 };
  const elses = nodeOf(node, 'block');
  const lastElse = tokenOf(node, 'Else');
  let otherwise: Block | undefined = elses && b.recur.block(inner, elses);
  if (!elses && lastElse && (node.children.Else?.length ?? 0) === branches.length) {
    otherwise = missingBlock(b, '`else`', endOf(node), '`else { … }`');
  }
  const end = endOf(node);
  const read = branches.reverse().reduce((rest: Expression | undefined, branch): Expression => {
    if (rest) otherwise = { statements: [], result: rest, span: rest.span };
    const parts = ifPart(inner, branch);
    const span = b.problems.span(startOf(branch), end);
    return otherwise ? { kind: 'if', ...parts, else: otherwise, span } : { kind: 'if', ...parts, span };
  }, undefined);
  return read ?? { kind: 'missing', span: spanOf(b, node) };
}

function ifPart(b: Build, branch: CstNode): { condition: Expression; then: Block } {
  const test = nodeOf(branch, 'expression');
  const body = nodeOf(branch, 'block');
  const keyword = tokenOf(branch, 'If');
  const at = keyword ? tokenEnd(keyword) : startOf(branch);
  const help = ['write `if condition { a } else { b }`'];
  return {
    condition: test ? b.recur.expression(b, test) : missingValue(b, '`if`', at, help),
    then: body ? b.recur.block(b, body) : missingBlock(b, '`if`', endOf(branch), '`if condition { a } else { b }`'),
  };
}

/** `for c in C, y in H { … }` */
export function comprehension(b: Build, node: CstNode): Expression {
  const inner = { ...b, depth: b.depth + 1 };
  const keyword = tokenOf(node, 'For');
  const found = separated(b, commasOf(node), nodesOf(node, 'variable'));
  const example = '`for c in C, y in H { … }`';
  if (found.length === 0 && keyword) requireName(b, undefined, keyword, example);
  const variables = found.flatMap((variable) => {
    const name = tokenOf(variable, 'Name');
    const extent = nodeOf(variable, 'expression');
    if (!name) return [];
    const at = endOf(variable);
    const what = tokenOf(variable, 'In') ? '`in`' : `\`${name.image}\``;
    const read = extent ? b.recur.expression(inner, extent) : missingValue(b, what, at, [`write ${example}`]);
    if (extent && !tokenOf(variable, 'In')) {
      const start = tokenEnd(name);
      b.problems.error('E0101', `\`in\` is missing after \`${name.image}\``, start, start, {
        help: [`write ${example}`],
        fixes: [b.problems.fix('Insert `in`', start, start, ' in')],
      });
    }
    return [{ name: identifier(b, name), extent: read }];
  });
  const body = nodeOf(node, 'block');
  const read = body ? b.recur.block(inner, body) : missingBlock(b, '`for`', endOf(node), example);
  return { kind: 'for', variables, body: read, span: spanOf(b, node) };
}

function missingBlock(b: Build, what: string, at: number, example: string): Block {
  if (!b.problems.damaged(at, at)) {
    b.problems.error('E0113', `${what} needs a block`, at, at, { label: '`{` expected', help: [`write ${example}`] });
  }
  const span = b.problems.span(at, at);
  return { statements: [], result: { kind: 'missing', span }, span };
}
