/**
 * Makes every bracket have its partner, so that the grammar need not care: a forgotten closing bracket is put in where it
 * was most likely meant, a surplus one is left out, each reported once. Also bounds how deeply brackets nest.
 */

import { maxNesting, missing, type Open, surplus, tooDeep, wrongKind } from './bracket-errors.ts';
import { createTokenInstance, type IToken, type TokenType } from './chevrotain.ts';
import { tokenEnd } from './cst.ts';
import type { Problems } from './problems.ts';
import { startsDeclaration, startsLine, startsStatement } from './starts.ts';
import * as t from './tokens.ts';

const closerOf: ReadonlyMap<TokenType, TokenType> = new Map([
  [t.LParen, t.RParen],
  [t.LSquare, t.RSquare],
  [t.LCurly, t.RCurly],
]);
const closers = new Set(closerOf.values());

/** Where to put closing brackets in: before the token at the index. */
type Insertions = Map<number, TokenType[]>;

export function balance(tokens: readonly IToken[], problems: Problems): IToken[] {
  const open: Open[] = [];
  const dropped = new Set<number>();
  const inserted: Insertions = new Map();
  const replaced = new Map<number, TokenType>();
  let hidden = 0;
  const closeFrom = (keep: number, i: number): void => {
    if (open.length > keep) close(open.splice(keep).reverse(), i, tokens, inserted, problems);
  };
  for (const [i, token] of tokens.entries()) {
    const closer = closerOf.get(token.tokenType);
    if (startsDeclaration(tokens, i)) {
      hidden = 0;
      closeFrom(0, i);
    } else if (hidden > 0) {
      dropped.add(i);
      if (closer) hidden++;
      if (closers.has(token.tokenType)) hidden--;
      continue;
    } else if (startsStatement(tokens, i) || startsBody(open.at(-1), tokens, i)) {
      closeFrom(open.findLastIndex((entry) => entry.closer === t.RCurly) + 1, i);
    }
    if (closer && open.length >= maxNesting) {
      tooDeep(token, problems);
      dropped.add(i);
      hidden = 1;
    } else if (closer) open.push({ index: i, token, closer });
    else if (closers.has(token.tokenType)) {
      const partner = open.findLastIndex((entry) => entry.closer === token.tokenType);
      const block = open.findLastIndex((entry) => entry.closer === t.RCurly);
      const inside = open.at(-1);
      if (partner < 0 || partner < block) {
        const wrong = inside && inside.closer !== t.RCurly && token.tokenType !== t.RCurly;
        if (wrong && !closesLater(inside, tokens, i)) {
          wrongKind(token, inside, problems);
          replaced.set(i, inside.closer);
          open.pop();
        } else {
          dropped.add(i);
          surplus(token, inside, problems);
        }
      } else {
        closeFrom(partner + 1, i);
        open.pop();
      }
    }
  }
  closeFrom(0, tokens.length);
  const right = tokens.map((token, i) => {
    const type = replaced.get(i);
    return type ? { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx ?? 0 } : token;
  });
  return apply(right, dropped, inserted);
}

/** Whether the bracket is closed by one of its kind further on in the same statement. */
function closesLater(open: Open, tokens: readonly IToken[], from: number): boolean {
  let depth = 0;
  for (let i = from + 1; i < Math.min(tokens.length, from + 200); i++) {
    const { tokenType } = tokens[i];
    if (closerOf.has(tokenType)) depth++;
    else if (depth === 0 && tokenType === open.closer) return true;
    else if (closers.has(tokenType) && --depth < 0) return false;
    if (startsStatement(tokens, i) || startsDeclaration(tokens, i)) return false;
  }
  return false;
}

/** A `{` at a line's end opens no part of a list, unless an `if` or a `for` stands in the list before it. */
function startsBody(inside: Open | undefined, tokens: readonly IToken[], i: number): boolean {
  if (!inside || inside.closer === t.RCurly || tokens[i].tokenType !== t.LCurly) return false;
  if (i === inside.index + 1 || (i + 1 < tokens.length && !startsLine(tokens, i + 1))) return false;
  const compound = new Set([t.If, t.Else, t.For]);
  return !tokens.slice(inside.index, i).some((token) => compound.has(token.tokenType));
}

function apply(tokens: readonly IToken[], dropped: ReadonlySet<number>, inserted: Insertions): IToken[] {
  const result: IToken[] = [];
  for (let i = 0; i <= tokens.length; i++) {
    const before = tokens[i - 1];
    for (const type of inserted.get(i) ?? []) {
      const at = before ? tokenEnd(before) : 0;
      const line = before?.endLine ?? 1;
      // An empty token: its end is the offset before its start.
      result.push(createTokenInstance(type, '', at, at - 1, line, line, 1, 1));
    }
    if (i < tokens.length && !dropped.has(i)) result.push(tokens[i]);
  }
  return result;
}

/** Closes brackets, the innermost first, because the token at `limit` can't stand inside them. */
function close(
  unclosed: readonly Open[],
  limit: number,
  tokens: readonly IToken[],
  inserted: Insertions,
  problems: Problems,
): void {
  let place = 0;
  const places = new Map<number, Open[]>();
  for (const entry of unclosed) {
    place = Math.max(place, entry.closer === t.RCurly ? limit : likelyEnd(entry, tokens, limit));
    places.set(place, [...(places.get(place) ?? []), entry]);
  }
  for (const [index, entries] of places) {
    inserted.set(index, [...(inserted.get(index) ?? []), ...entries.map((entry) => entry.closer)]);
    // The missing bracket may have been swallowed by a string without an end, or by what is nested too deep to be read.
    const swallowed = tokens.slice(entries[0].index, index).some((token) => token.tokenType === t.OpenText);
    if (!swallowed && !problems.has('E0114')) missing(entries, tokens[index - 1], problems);
  }
}

/** A round or square bracket most likely ends with its line or before the next stage on it, if anything follows it there. */
function likelyEnd(opener: Open, tokens: readonly IToken[], limit: number): number {
  let depth = 0;
  for (let i = opener.index + 1; i < limit; i++) {
    const { tokenType } = tokens[i];
    if (startsLine(tokens, i)) {
      const { tokenType: last } = tokens[i - 1];
      return last === t.Comma || i === opener.index + 1 || depth > 0 ? limit : i;
    }
    if (closerOf.has(tokenType)) depth++;
    if (closers.has(tokenType)) depth--;
    if (depth <= 0 && (tokenType === t.Pipe || (tokenType === t.Equals && opener.closer === t.RSquare))) return i;
  }
  return limit;
}
