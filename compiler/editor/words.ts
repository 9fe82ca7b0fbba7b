/** A text's tokens, for what has to work where the text is no program: completion, folding, colours. */
import { type IToken, tokenMatcher } from '../1-parse/chevrotain.ts';
import { lex } from '../1-parse/lexer.ts';
import { Problems } from '../1-parse/problems.ts';
import * as t from '../1-parse/tokens.ts';
import type { SourceFile } from '../diagnostics/diagnostic.ts';

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** May name something. */
  readonly isName: boolean;
  readonly isText: boolean;
  readonly isNumber: boolean;
  readonly isComment: boolean;
}

const toWord = (token: IToken, isComment: boolean): Word => ({
  text: token.image,
  start: token.startOffset,
  end: token.startOffset + token.image.length,
  isName: tokenMatcher(token, t.Name),
  isText: tokenMatcher(token, t.TextLiteral),
  isNumber: tokenMatcher(token, t.NumberLiteral),
  isComment,
});

export interface Words {
  /** Tokens in their order. */
  readonly words: readonly Word[];
  readonly comments: readonly Word[];
}

export function wordsOf(file: SourceFile): Words {
  const { tokens, comments } = lex(file.text, new Problems(file));
  return {
    words: tokens.map((token) => toWord(token, false)),
    comments: comments.map((token) => toWord(token, true)),
  };
}
