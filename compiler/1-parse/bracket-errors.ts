/** What is said about a bracket without its partner. */
import type { IToken, TokenType } from './chevrotain.ts';
import { tokenEnd } from './cst.ts';
import type { Problems } from './problems.ts';
import * as t from './tokens.ts';

/** Brackets within brackets; the stages after this one recurse over the tree. */
export const maxNesting = 64;

/** A bracket that waits for its partner. */
export interface Open {
  readonly index: number;
  readonly token: IToken;
  readonly closer: TokenType;
}

const textOf = (type: TokenType): string => (type === t.RParen ? ')' : type === t.RSquare ? ']' : '}');

export function wrongKind({ image, startOffset: start }: IToken, { token, closer }: Open, problems: Problems): void {
  const right = textOf(closer);
  problems.error(
    'E0103',
    `\`${image}\` can't close the \`${token.image}\` opened at line ${token.startLine ?? 1}`,
    start,
    start + 1,
    {
      recovered: true,
      label: `expected \`${right}\``,
      notes: [{ span: problems.span(token.startOffset, token.startOffset + 1), message: 'opened here' }],
      fixes: [problems.fix(`Write \`${right}\``, start, start + 1, right)],
    },
  );
}

export function missing(unclosed: readonly Open[], before: IToken, problems: Problems): void {
  const at = tokenEnd(before);
  const text = unclosed.map((entry) => textOf(entry.closer)).join('');
  const [{ token, closer }] = unclosed;
  problems.error(
    'E0102',
    `expected \`${text}\` to close the \`${token.image}\` opened at line ${token.startLine ?? 1}`,
    at,
    at,
    {
      label: `\`${text}\` is missing`,
      notes: unclosed.map(({ token: { startOffset: start } }) => ({
        span: problems.span(start, start + 1),
        message: 'opened here',
      })),
      fixes: [problems.fix(`Insert \`${text}\``, at, at, closer === t.RCurly ? `\n${text}` : text)],
    },
  );
}

export function surplus(token: IToken, inside: Open | undefined, problems: Problems): void {
  const { image, startOffset: start } = token;
  problems.error('E0103', `\`${image}\` closes nothing`, start, start + 1, {
    label: 'no bracket is open here that it could close',
    notes: inside
      ? [
          {
            span: problems.span(inside.token.startOffset, inside.token.startOffset + 1),
            message: 'the open bracket is this one',
          },
        ]
      : [],
    fixes: [problems.fix(`Remove \`${image}\``, start, start + 1, '')],
  });
}

export function tooDeep(token: IToken, problems: Problems): void {
  problems.error(
    'E0114',
    `brackets are nested more than ${maxNesting} deep`,
    token.startOffset,
    token.startOffset + 1,
    {
      label: 'the brackets from here on are not read',
      help: ['give parts of it names with `let`, or make a layer or a function of them'],
    },
  );
}
