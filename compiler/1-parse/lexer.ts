/** Text -> tokens and comments. Characters that begin no token are left out and reported; nothing is thrown. */
import { type IToken, Lexer } from './chevrotain.ts';
import type { Problems } from './problems.ts';
import { allTokens } from './tokens.ts';

// Holds only its tables; `tokenize` keeps no state between calls.
const lexer = new Lexer(allTokens, { positionTracking: 'full', skipValidations: true });

const hints: Readonly<Record<string, string>> = {
  "'": 'strings are written in double quotes: "like this"',
  '&': '`and` is the logical and',
  '|': '`|>` applies a function or a layer; `or` is the logical or',
  '^': '`pow(a, b)` is a to the power of b',
  '?': 'a choice is written `if condition { a } else { b }`',
  '“': 'strings are written in straight double quotes: "like this"',
  '”': 'strings are written in straight double quotes: "like this"',
  '…': 'three dots are written `...`',
  '×': 'a product is written with `*`',
  '−': 'a minus is written `-`',
  '→': 'an arrow is written `->`',
};

export interface Lexed {
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
}

export function lex(text: string, problems: Problems): Lexed {
  const { tokens, groups, errors } = lexer.tokenize(text);
  for (const { offset, length } of errors) {
    const wrong = text.slice(offset, offset + length);
    const first = String.fromCodePoint(wrong.codePointAt(0) ?? 0);
    const letters = /\p{L}/u.test(first) ? 'names are made of the letters a to z, digits and `_`' : undefined;
    const hint = hints[first] ?? letters;
    problems.error('E0105', `${quote(first)} is not part of the language`, offset, offset + length, {
      label: 'not known here',
      help: hint ? [hint] : [],
    });
  }
  return { tokens, comments: groups.comments ?? [] };
}

function quote(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const shown = /[\p{C}\p{Z}]/u.test(character)
    ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    : `\`${character}\``;
  return `the character ${shown}`;
}
