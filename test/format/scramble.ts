/**
 * Other layouts of a program: the same words (names may get longer) with other spaces, line breaks where the language allows them, `;` for newlines,
 * commas after last elements, and comments in all places where a line may end. Not every draw is the same program still
 * (a comment may become documentation); the test asks.
 */
import type { IToken } from '../../compiler/1-parse/chevrotain.ts';
import { lex } from '../../compiler/1-parse/lexer.ts';
import { Problems } from '../../compiler/1-parse/problems.ts';

type Random = (below: number) => number;

const continuing = /^(\|>|->|\.|=|\{|else|\.\.|==|!=|<=|>=|[-<>+*/%@]|and|or)$/;
const unfinished = /^(\|>|->|=|:|not|\.\.|==|!=|<=|>=|[-<>+*/%@]|and|or)$/;

export function scramble(text: string, random: Random): string {
  const file = { path: 'main.net', text };
  const { tokens, comments } = lex(text, new Problems(file));
  // How wild this draw is.
  const [breaks, remarks, longer] = [1 + random(12), 2 + random(40), 2 + random(30)];
  const open: string[] = [];
  let result = '';
  let end = 0;
  let number = 0;
  for (const [i, token] of tokens.entries()) {
    const written = text.slice(end, token.startOffset);
    const before = tokens[i - 1];
    if (open.length === 0 && comments.some((one) => one.startOffset >= end && one.startOffset < token.startOffset)) {
      result += written;
    } else if (before) {
      const newline = () => lineEnd(random, remarks, () => `${number++}`);
      result += between(before, token, tokens[i + 1], written, open.at(-1), { random, breaks, newline });
    }
    result += token.image;
    if (token.tokenType.name === 'Identifier' && random(longer) === 0) result += '_longer'.repeat(random(9));
    end = token.startOffset + token.image.length;
    if (/^[([{]$/.test(token.image)) open.push(token.image);
    if (/^[)\]}]$/.test(token.image)) open.pop();
  }
  return result + text.slice(end);
}

interface Draw {
  readonly random: Random;
  readonly breaks: number;
  readonly newline: () => string;
}

/** What stands between two words: as was written, or other space that means the same. */
function between(
  before: IToken,
  after: IToken,
  next: IToken | undefined,
  written: string,
  inside: string | undefined,
  { random, breaks, newline }: Draw,
): string {
  const [left, right] = [before.image, after.image];
  const blank = ' '.repeat(random(4) === 0 ? random(4) : 1);
  // What may touch: words may not, nor signs that together are another sign.
  const glued = /\w$/.test(left) && /^\w/.test(right) ? ' ' : /\W$/.test(left) && /^\W/.test(right) ? written : '';
  const sameLine = random(3) === 0 ? glued || blank : written.includes('\n') ? ' ' : written || blank;
  const breaksHere = random(breaks) === 0;
  if (written.includes('//')) return written;
  if (inside === '{' || inside === undefined) {
    if (written.includes('\n')) {
      const ends = inside === '{' && !/^[{]$/.test(left) && right !== '}' && !continuing.test(right);
      if (continuing.test(right) && right !== '-' && !breaksHere) return sameLine;
      if (ends && random(8) === 0) return random(2) === 0 ? ';' : ` ; ${newline()}`;
      return random(2) === 0 ? newline() : written;
    }
    const apart =
      right !== '-' || (written.includes(' ') && next !== undefined && next.startOffset > after.startOffset + 1);
    const mayBreak = (continuing.test(right) && apart) || unfinished.test(left);
    const brace = left === '{' || right === '}';
    return breaksHere && (mayBreak || brace) ? newline() : written === '' ? '' : ` ${' '.repeat(random(3))}`;
  }
  const calls = /^[([]$/.test(right) && /[\w)\]}"]$/.test(left) && !/^(and|or|not|in|if|else)$/.test(left);
  if (calls) return written.includes('\n') ? written : sameLine.includes('\n') ? '' : written;
  const comma = /^[)\]]$/.test(right) && !/^[([,]$/.test(left) && random(12) === 0 ? ',' : '';
  if (!breaksHere) return comma + sameLine;
  return comma + newline();
}

/** A newline or several, with comments at the line's end and on lines of their own. */
function lineEnd(random: Random, often: number, name: () => string): string {
  const remark = (): string => {
    const slashes = ['//', '//', '//', '///', '////'][random(5)];
    return `${slashes}${' '.repeat(random(2))}c${name()}${random(9) === 0 ? ` ${'long '.repeat(random(30))}` : ''}`;
  };
  let result = random(often) === 0 ? ` ${remark()}` : '';
  do {
    result += `\n${' '.repeat(random(7))}`;
    if (random(often) === 0) result += `${remark()}\n${random(3) === 0 ? '\n' : ''}`;
  } while (random(6) === 0);
  return result;
}
