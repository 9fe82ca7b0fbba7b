/**
 * Where a declaration or a statement surely begins, whatever stands before it: two names in a row occur nowhere else. With
 * this a forgotten bracket costs one statement and not the rest of the file.
 */
import { type IToken, tokenMatcher } from './chevrotain.ts';
import * as t from './tokens.ts';

export const startsLine = (tokens: readonly IToken[], i: number): boolean =>
  i === 0 || (tokens[i - 1].endLine ?? 0) < (tokens[i].startLine ?? 0);

const declarations = new Set([t.Const, t.Fn, t.Layer, t.Model, t.Augment, t.Optimizer, t.Dataset, t.Train]);
const statements = new Set([t.Let, t.Param, t.Buffer, t.State, t.Update]);

export function startsDeclaration(tokens: readonly IToken[], i: number): boolean {
  const [token, next] = [tokens[i], tokens[i + 1]];
  if (!next || !startsLine(tokens, i)) return false;
  if (token.tokenType === t.Import) return next.tokenType === t.LCurly;
  if (token.tokenType === t.Intrinsic) return next.tokenType === t.Fn;
  return declarations.has(token.tokenType) && tokenMatcher(next, t.Name);
}

export function startsStatement(tokens: readonly IToken[], i: number): boolean {
  const [token, next] = [tokens[i], tokens[i + 1]];
  if (!next || !startsLine(tokens, i)) return false;
  if (token.tokenType === t.Let) return true;
  return statements.has(token.tokenType) && tokenMatcher(next, t.Name);
}
