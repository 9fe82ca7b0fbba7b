/**
 * Other languages' spellings (`&&`, `'text'`, `# comment`, `def`) and mistyped keywords: each is reported with the fix and
 * read as what was meant, so that nothing else goes wrong because of it.
 */
import { type IToken, type TokenType, tokenMatcher } from './chevrotain.ts';
import type { Problems } from './problems.ts';
import * as t from './tokens.ts';

interface Spelling {
  readonly type: TokenType;
  readonly text: string;
  readonly instead: string;
}

const operators: ReadonlyMap<TokenType, Spelling> = new Map([
  [t.AndAnd, { type: t.And, text: 'and', instead: 'the logical and is written `and`' }],
  [t.OrOr, { type: t.Or, text: 'or', instead: 'the logical or is written `or`' }],
  [t.Bang, { type: t.Not, text: 'not', instead: 'the logical not is written `not`' }],
  [t.ColonEquals, { type: t.Equals, text: '=', instead: 'a value is given with `=`' }],
  [t.FatArrow, { type: t.Arrow, text: '->', instead: 'an arrow is written `->`' }],
  [t.StarStar, { type: t.Times, text: '*', instead: '`pow(a, b)` is a to the power of b' }],
]);

const keywords: ReadonlyMap<string, TokenType> = new Map([
  ['import', t.Import],
  ['const', t.Const],
  ['intrinsic', t.Intrinsic],
  ['fn', t.Fn],
  ['layer', t.Layer],
  ['model', t.Model],
  ['augment', t.Augment],
  ['optimizer', t.Optimizer],
  ['dataset', t.Dataset],
  ['train', t.Train],
]);

/** What people write for a declaration's keyword who come from elsewhere. */
const borrowed: ReadonlyMap<string, string> = new Map([
  ['def', 'fn'],
  ['func', 'fn'],
  ['function', 'fn'],
  ['class', 'layer'],
  ['module', 'layer'],
  ['network', 'model'],
  ['optimiser', 'optimizer'],
]);

export function readForeign(tokens: readonly IToken[], problems: Problems): IToken[] {
  const result: IToken[] = [];
  let depth = 0;
  const numbers = joinLeadingDots(tokens, problems);
  for (const [i, token] of numbers.entries()) {
    if (/^[([{]$/.test(token.image)) depth++;
    if (/^[)\]}]$/.test(token.image)) depth--;
    const previous = numbers[i - 1];
    const startsLine = !previous || (previous.endLine ?? 0) < (token.startLine ?? 0);
    const read =
      startsLine && isReturn(token, numbers[i + 1])
        ? dropReturn(token, numbers[i + 1], problems)
        : readOne(token, problems);
    if (!read) continue;
    // At a line's beginning outside brackets, or not indented, before a name: there no expression can be meant.
    const mayDeclare =
      (depth <= 0 || token.startColumn === 1) && startsLine && numbers[i + 1]?.tokenType === t.Identifier;
    result.push(mayDeclare ? readKeyword(read, problems) : read);
  }
  return result;
}

/** `.5` as 0.5, where it is not a member of what stands before it. */
function joinLeadingDots(tokens: readonly IToken[], problems: Problems): IToken[] {
  const result: IToken[] = [];
  const ends = [t.Name, t.NumberLiteral, t.TextLiteral, t.RParen, t.RSquare, t.RCurly];
  for (const token of tokens) {
    const dot = result.at(-1);
    const before = result.at(-2);
    const joined = dot?.tokenType === t.Dot && token.tokenType === t.Numeral && dot.endOffset === token.startOffset - 1;
    if (!joined || (before && ends.some((type) => tokenMatcher(before, type)))) {
      result.push(token);
      continue;
    }
    const start = dot.startOffset;
    const end = token.startOffset + token.image.length;
    problems.error('E0110', `\`.${token.image}\` is not a number`, start, end, {
      recovered: true,
      fixes: [problems.fix(`Write \`0.${token.image}\``, start, start, '0')],
    });
    result[result.length - 1] = { ...token, startOffset: start, image: `0.${token.image}` };
  }
  return result;
}

/** `return x`: two expressions in a row, which is nothing else. */
function isReturn(token: IToken, next: IToken | undefined): boolean {
  if (token.image !== 'return' || !next || next.startLine !== token.startLine) return false;
  return [t.Name, t.NumberLiteral, t.LParen, t.LSquare, t.If, t.For].some((type) => tokenMatcher(next, type));
}

function dropReturn({ startOffset: start }: IToken, next: IToken | undefined, problems: Problems): undefined {
  const end = start + 'return'.length;
  problems.error('E0112', 'there is no `return`: the value of a body is its last expression', start, end, {
    recovered: true,
    fixes: [problems.fix('Remove `return`', start, next?.startOffset ?? end, '')],
  });
}

/** Undefined for what is meant as a comment. */
function readOne(token: IToken, problems: Problems): IToken | undefined {
  const { tokenType: type, image, startOffset: start } = token;
  const end = start + image.length;
  const spelling = operators.get(type);
  if (spelling) {
    const { text, instead } = spelling;
    problems.error('E0105', `\`${image}\` is not part of the language`, start, end, {
      recovered: true,
      help: [instead],
      fixes:
        type === t.StarStar ? [] : [problems.fix(`Write \`${text}\``, start, end, type === t.Bang ? 'not ' : text)],
    });
    return { ...token, tokenType: spelling.type, tokenTypeIdx: spelling.type.tokenTypeIdx ?? 0, image: text };
  }
  if (type === t.Quoted) {
    const text = `"${image.slice(1, -1).replaceAll('"', '\\"').replaceAll("\\'", "'")}"`;
    problems.error('E0105', "strings are written in double quotes, not in `'`", start, end, {
      recovered: true,
      fixes: [problems.fix(`Write ${text}`, start, end, text)],
    });
    return { ...token, tokenType: t.Text, tokenTypeIdx: t.Text.tokenTypeIdx ?? 0, image: text };
  }
  if (type === t.HashComment || type === t.BlockComment) {
    const mark = type === t.HashComment ? '#' : '/*';
    problems.error('E0105', `a comment begins with \`//\`, not with \`${mark}\``, start, start + mark.length, {
      recovered: true,
      fixes: mark === '#' ? [problems.fix('Write `//`', start, start + 1, '//')] : [],
    });
    return undefined;
  }
  return token;
}

function readKeyword(token: IToken, problems: Problems): IToken {
  const { image, startOffset: start } = token;
  if (token.tokenType !== t.Identifier && token.tokenType !== t.Class) return token;
  const meant = borrowed.get(image) ?? [...keywords.keys()].find((word) => oneSlip(image, word));
  const type = meant && keywords.get(meant);
  if (!meant || !type) return token;
  const end = start + image.length;
  problems.error('E0111', `no declaration begins with \`${image}\``, start, end, {
    recovered: true,
    label: `did you mean \`${meant}\`?`,
    fixes: [problems.fix(`Write \`${meant}\``, start, end, meant)],
  });
  return { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx ?? 0 };
}

/** Whether one typing slip (a letter missing, surplus, wrong, or two exchanged) leads from one word to the other. */
export function oneSlip(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < Math.min(a.length, b.length) && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  const exchanged = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1) || exchanged;
}
