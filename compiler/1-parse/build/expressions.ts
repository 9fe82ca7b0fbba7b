/** Pipelines and named layers: the loosest level of expressions. */

import type { Expression } from '../ast.ts';
import type { CstNode } from '../chevrotain.ts';
import { nodeOf, nodesOf, startOf, tokenEnd, tokenOf, tokensOf } from '../cst.ts';
import { type Build, identifier, maxDepth, missingValue, tooDeep } from './context.ts';
import { chain } from './operators.ts';

export function expression(b: Build, node: CstNode): Expression {
  const [first, ...stages] = nodesOf(node, 'stage');
  const pipes = tokensOf(node, 'Pipe');
  if (b.depth + pipes.length > maxDepth) return tooDeep(b, node);
  const inner = { ...b, depth: b.depth + pipes.length };
  let input = stage(inner, first);
  let next = 0;
  for (const [i, pipe] of pipes.entries()) {
    const end = pipes[i + 1]?.startOffset ?? Number.POSITIVE_INFINITY;
    const present = next < stages.length && startOf(stages[next]) < end;
    const to = present ? stage(inner, stages[next++]) : missingStage(b, tokenEnd(pipe));
    input = { kind: 'pipe', input, stage: to, span: b.problems.span(input.span.start, to.span.end) };
  }
  return input;
}

function missingStage(b: Build, at: number): Expression {
  b.problems.error('E0108', '`|>` needs a function or a layer after it', at, at, { label: 'nothing to apply' });
  return { kind: 'missing', span: b.problems.span(at, at) };
}

/** `conv1: Conv2d(…)`, or without a name. */
function stage(b: Build, node: CstNode): Expression {
  const tags = nodesOf(node, 'nameTag');
  const inner = nodeOf(node, 'chain');
  if (b.depth + tags.length > maxDepth) return tooDeep(b, node);
  const last = tokenOf(tags.at(-1), 'Colon');
  const named = tokenOf(tags.at(-1), 'Name')?.image;
  const help = ['a layer is named as in `fc1: Linear(64)`'];
  const core = inner
    ? chain({ ...b, depth: b.depth + tags.length }, inner)
    : missingValue(b, `\`${named}:\``, last ? tokenEnd(last) : startOf(node), help);
  return tags.reduceRight((value: Expression, tag): Expression => {
    const name = tokenOf(tag, 'Name');
    if (!name) return value;
    return { kind: 'named', name: identifier(b, name), value, span: b.problems.span(name.startOffset, value.span.end) };
  }, core);
}
