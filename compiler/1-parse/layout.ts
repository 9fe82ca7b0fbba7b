/**
 * Decides which newlines end a statement. Inside round and square brackets none does; elsewhere one does unless the line
 * cannot end there or the next can only be its continuation.
 */
import { createTokenInstance, type IToken, type TokenType, tokenMatcher } from './chevrotain.ts';
import { tokenEnd } from './cst.ts';
import { startsDeclaration, startsLine, startsStatement } from './starts.ts';
import * as t from './tokens.ts';

/** No statement begins with these: a line that does goes on with the one before. */
const continuing: ReadonlySet<TokenType> = new Set<TokenType>([t.Pipe, t.Arrow, t.Dot, t.Equals, t.LCurly, t.Else]);
/** No statement ends with these: the next line goes on with it. */
const unfinished: ReadonlySet<TokenType> = new Set<TokenType>([t.Pipe, t.Arrow, t.Equals, t.Colon, t.Not]);

export function endStatements(tokens: readonly IToken[]): IToken[] {
  const result: IToken[] = [];
  const open: TokenType[] = [];
  for (const [i, token] of tokens.entries()) {
    const inside = open.at(-1);
    const counts = inside === undefined || inside === t.LCurly;
    if (i > 0 && counts && startsLine(tokens, i) && !goesOn(tokens, i, open.length === 0)) {
      const before = tokens[i - 1];
      const at = tokenEnd(before);
      const line = before.endLine ?? 1;
      result.push(createTokenInstance(t.Terminator, '', at, at - 1, line, line, 1, 1));
    }
    const { tokenType: type } = token;
    if (type === t.LParen || type === t.LSquare || type === t.LCurly) open.push(type);
    if (type === t.RParen || type === t.RSquare || type === t.RCurly) open.pop();
    result.push(token);
  }
  return result;
}

/** Whether the line that begins with token `i` goes on with the statement of the line before. */
function goesOn(tokens: readonly IToken[], i: number, outside: boolean): boolean {
  const [before, token, next] = [tokens[i - 1], tokens[i], tokens[i + 1]];
  if (startsDeclaration(tokens, i) || startsStatement(tokens, i)) return false;
  if (continuing.has(token.tokenType)) return true;
  // A declaration's head may be spread over lines.
  if (outside && (token.tokenType === t.LParen || token.tokenType === t.Where)) return true;
  if (token.tokenType === t.Minus) {
    // `- b` goes on with `a`, `-b` is a value of its own, as it reads.
    const apart = next !== undefined && next.startOffset > token.startOffset + 1;
    if (apart) return true;
  } else if (tokenMatcher(token, t.BinaryOperator)) return true;
  const lineIsOpen = unfinished.has(before.tokenType) || tokenMatcher(before, t.BinaryOperator);
  // `loss =` with its value forgotten must not take the next setting's name.
  const isSetting = tokenMatcher(token, t.Name) && next?.tokenType === t.Equals;
  return lineIsOpen && !isSetting && token.tokenType !== t.RCurly;
}
