/** Blocks and statements. */

import type { Block, Expression, Identifier, Statement } from '../ast.ts';
import { type CstNode, tokenMatcher } from '../chevrotain.ts';
import { allTokensOf, endOf, nodeOf, nodesOf, startOf, tokenEnd, tokenOf } from '../cst.ts';
import { Equals, Name } from '../tokens.ts';
import { type Build, guard, identifier, junk, missingValue, requireName, spanOf } from './context.ts';
import { expression } from './expressions.ts';
import { nameList } from './names.ts';
import { annotation } from './types.ts';

/** A block's value is its last expression. */
export function block(b: Build, node: CstNode): Block {
  const statements = nodesOf(node, 'statement').flatMap((child) => statement(b, child));
  const last = statements.at(-1);
  const span = spanOf(b, node);
  if (last?.kind !== 'expression') return { statements, span };
  return { statements: statements.slice(0, -1), result: last.value, span };
}

function statement(b: Build, node: CstNode): Statement[] {
  const start = startOf(node);
  const read = readStatement(b, node);
  for (const rest of nodesOf(node, 'junk')) {
    junk(b, rest, start, hints(b, rest));
    read.unshift(...lostNames(b, rest));
  }
  return read.map((one) => {
    // An error in the type leaves the value as it is.
    const from = one.kind === 'let' || 'type' in one ? (one.type?.span.end ?? start - 1) + 1 : start;
    return { ...one, value: guard(b, one.value, from, endOf(node)) };
  });
}

/** What reads `name = …` in the junk was meant to declare the name (`lte h = …`). */
function lostNames(b: Build, rest: CstNode): Statement[] {
  const tokens = allTokensOf(rest);
  const at = tokens.findIndex((token, i) => tokenMatcher(token, Name) && tokens[i + 1]?.tokenType === Equals);
  if (at < 0) return [];
  const span = spanOf(b, tokens[at]);
  return [{ kind: 'let', names: [identifier(b, tokens[at])], value: { kind: 'missing', span }, span }];
}

function hints(b: Build, rest: CstNode): readonly string[] {
  const text = b.problems.file.text.slice(startOf(rest), endOf(rest));
  if (/^[+\-*/]=/.test(text)) return ['values do not change: give the new one a name of its own with `let`'];
  if (text.startsWith('if ')) return ['a choice is written `if condition { a } else { b }`'];
  if (text.startsWith('|>')) return ['`|>` needs a value before it'];
  return ['a statement ends with its line; two on one line need a `;` between them'];
}

function readStatement(b: Build, node: CstNode): Statement[] {
  const span = spanOf(b, node);
  const binding = nodeOf(node, 'binding');
  if (binding) return letStatement(b, binding);
  const slot = nodeOf(node, 'slot');
  if (slot) return slotStatement(b, slot);
  const bare = nodeOf(node, 'bareAssignment');
  if (bare) return bareAssignment(b, bare);
  const value = nodeOf(node, 'expression');
  return [{ kind: 'expression', value: value ? expression(b, value) : { kind: 'missing', span }, span }];
}

function letStatement(b: Build, node: CstNode): Statement[] {
  const keyword = tokenOf(node, 'Let');
  const list = nodeOf(node, 'nameList');
  const single = tokenOf(node, 'Name');
  if (!keyword) return [];
  const names: readonly Identifier[] = single ? [identifier(b, single)] : list ? nameList(b, list) : [];
  if (names.length === 0) requireName(b, undefined, keyword, '`let name = value`');
  const shown = single ? `\`let ${single.image}\`` : '`let`';
  const value = assigned(b, node, shown, names.length === 0);
  const type = annotation(b, nodeOf(node, 'annotation'));
  return [{ kind: 'let', names, ...(type ? { type } : {}), value, span: spanOf(b, node) }];
}

function slotStatement(b: Build, node: CstNode): Statement[] {
  const kind = (['param', 'buffer', 'state', 'update'] as const).find(
    (word) => tokenOf(node, `${word[0].toUpperCase()}${word.slice(1)}`) !== undefined,
  );
  const keyword = kind && tokenOf(node, `${kind[0].toUpperCase()}${kind.slice(1)}`);
  if (!keyword) return [];
  const name = requireName(b, tokenOf(node, 'Name'), keyword, `\`${kind} name = value\``);
  const value = assigned(b, node, `\`${kind}${name ? ` ${name.name}` : ''}\``, !name);
  const written = nodeOf(node, 'annotation');
  const type = annotation(b, written);
  if (!name) return [];
  const span = spanOf(b, node);
  if (kind !== 'update') return [{ kind, doc: b.docAt(startOf(node)), name, ...(type ? { type } : {}), value, span }];
  if (written) {
    b.problems.error('E0101', 'an `update` takes its type from what it updates', startOf(written), endOf(written), {
      fixes: [b.problems.fix('Remove the type', startOf(written), endOf(written), '')],
    });
  }
  return [{ kind, name, value, span }];
}

function bareAssignment(b: Build, node: CstNode): Statement[] {
  const token = tokenOf(node, 'Name');
  if (!token) return [];
  const name = identifier(b, token);
  b.problems.error('E0112', `\`${name.name} = …\` lacks its \`let\``, name.span.start, name.span.end, {
    recovered: true,
    help: [
      `\`let ${name.name} = …\` gives a value a name; \`update ${name.name} = …\` sets a buffer's or a state's next value`,
    ],
    fixes: [b.problems.fix('Insert `let`', name.span.start, name.span.start, 'let ')],
  });
  const value = assigned(b, node, `\`${name.name}\``, false);
  return [{ kind: 'let', names: [name], value, span: spanOf(b, node) }];
}

/** The value after `=`; where a name is missing before it, its absence is no error of its own. */
export function assigned(b: Build, node: CstNode, what: string, quiet: boolean): Expression {
  const assignment = nodeOf(node, 'assignment');
  const inner = nodeOf(assignment, 'expression');
  if (inner) return expression(b, inner);
  const equals = tokenOf(assignment, 'Equals');
  const at = equals ? tokenEnd(equals) : endOf(node);
  if (quiet) return { kind: 'missing', span: b.problems.span(at, at) };
  return missingValue(b, what, at, equals ? [] : [`write \`=\` and the value after ${what}`]);
}
