/** What every part of the tree builder uses: names, spans, damaged values, junk. */

import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Block, Expression, Identifier, TypeNode } from '../ast.ts';
import type { CstElement, CstNode, IToken } from '../chevrotain.ts';
import { allTokensOf, endOf, startOf, tokenEnd } from '../cst.ts';
import type { Problems } from '../problems.ts';
import { reservedWords } from '../tokens.ts';

/** How deep the tree may get; the stages after this one recurse over it. */
export const maxDepth = 256;

export interface Build {
  readonly problems: Problems;
  /** Levels of the tree above this place. */
  readonly depth: number;
  /** The `///` lines right above an offset, without the slashes. */
  readonly docAt: (offset: number) => string;
  /** Gathers the names of declarations that could not be read. */
  readonly unreadable: Identifier[];
  /** The grammar is recursive, the files are not: what lies deep in the grammar reaches its beginning through these. */
  readonly recur: {
    readonly expression: (b: Build, node: CstNode) => Expression;
    readonly chain: (b: Build, node: CstNode) => Expression;
    readonly block: (b: Build, node: CstNode) => Block;
  };
}

export const spanOf = (b: Build, from: CstElement, to: CstElement = from): Span =>
  b.problems.span(startOf(from), endOf(to));

export const identifier = (b: Build, token: IToken): Identifier => ({ name: token.image, span: spanOf(b, token) });

/** The name, or, reported, none: "`let` needs a name". */
export function requireName(
  b: Build,
  token: IToken | undefined,
  after: IToken,
  example: string,
): Identifier | undefined {
  if (token) return identifier(b, token);
  const at = tokenEnd(after);
  const [, space = '', word = ''] = /^([ \t]*)(\w+)/.exec(b.problems.file.text.slice(at, at + 40)) ?? [];
  if (reservedWords.has(word)) {
    const start = at + space.length;
    b.problems.error('E0107', `\`${word}\` is a word of the language and can't be a name`, start, start + word.length, {
      label: 'not a name',
      help: [`choose another name, as in ${example}`],
    });
    return undefined;
  }
  b.problems.error('E0107', `\`${after.image}\` needs a name`, at, at, {
    label: 'a name is missing',
    help: [`write ${example}`],
  });
  return undefined;
}

/** An expression that should stand at the offset, after `what`; reported. */
export function missingValue(b: Build, what: string, at: number, help: readonly string[] = []): Expression {
  b.problems.error('E0108', `${what} needs a value`, at, at, { label: 'a value is missing', help });
  return { kind: 'missing', span: b.problems.span(at, at) };
}

/** The value, or, if something in `start..end` is damaged, a stand-in that the checker passes over. */
export function guard(b: Build, value: Expression, start: number, end: number): Expression {
  if (value.kind === 'missing' || !b.problems.damaged(start, end)) return value;
  return { kind: 'missing', partial: value, span: value.span };
}

export function guardType(b: Build, type: TypeNode): TypeNode {
  const { start, end } = type.span;
  return b.problems.damaged(start, end) ? { kind: 'missing', span: type.span } : type;
}

/** Reports what does not belong, unless something since `since` was reported already; it is damage in either case. */
export function junk(b: Build, node: CstNode | undefined, since: number, help: readonly string[] = []): void {
  if (!node) return;
  const start = startOf(node);
  const seen = b.problems.damaged(since, endOf(node));
  b.problems.damage(start);
  if (seen) return;
  const [first] = allTokensOf(node);
  b.problems.error('E0101', `did not expect ${describe(first)} here`, start, tokenEnd(first), {
    label: 'does not belong here',
    help,
  });
}

export const describe = (token: IToken): string => (token.image === '' ? 'the end of the line' : `\`${token.image}\``);

export function tooDeep(b: Build, node: CstNode): Expression {
  const [start, end] = [startOf(node), endOf(node)];
  b.problems.error('E0114', `this expression is nested more than ${maxDepth} levels deep`, start, end, {
    help: ['give parts of it names with `let`, or make a layer or a function of them'],
  });
  return { kind: 'missing', span: b.problems.span(start, end) };
}
