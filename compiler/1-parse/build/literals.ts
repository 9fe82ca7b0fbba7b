/** Numbers and strings. */

import type { Expression } from '../ast.ts';
import type { IToken } from '../chevrotain.ts';
import { tokenEnd } from '../cst.ts';
import * as t from '../tokens.ts';
import { type Build, spanOf } from './context.ts';

export function numberLiteral(b: Build, token: IToken): Expression {
  const { image, startOffset: start } = token;
  const span = spanOf(b, token);
  const integer = /^\d+$/.test(image);
  const value = Number(image);
  if (token.tokenType === t.BadNumeral) {
    const digits = /^[\d.]+/.exec(image)?.[0] ?? image;
    b.problems.error('E0110', `\`${image}\` is neither a number nor a name`, start, span.end, {
      help: [
        /^0x/i.test(image)
          ? 'numbers are decimal'
          : `write the number alone, as in \`${digits}\`; a name begins with a letter`,
      ],
    });
    return { kind: 'missing', span };
  }
  if (!Number.isFinite(value) || (integer && !Number.isSafeInteger(value))) {
    const limit = integer ? 'an integer is at most 9007199254740991' : 'a number is below 1.8e308';
    b.problems.error('E0110', 'this number is too large', start, span.end, { label: limit });
    return { kind: 'missing', span };
  }
  return { kind: 'number', value, integer, span };
}

/** A number with a dot too many: `1.`, `1.5.2`. */
export function brokenNumber(b: Build, start: number, end: number): Expression {
  const text = b.problems.file.text.slice(start, end);
  const fixed = text.endsWith('.') ? `${text}0` : undefined;
  b.problems.error('E0110', `\`${text}\` is not a number`, start, end, {
    help: fixed ? [`write \`${fixed}\``] : [],
    fixes: fixed ? [b.problems.fix(`Write \`${fixed}\``, start, end, fixed)] : [],
  });
  return { kind: 'missing', span: b.problems.span(start, end) };
}

const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', t: '\t' };

/** The text between the quotes, its escapes read. */
export function stringValue(b: Build, token: IToken): string {
  const { image, startOffset: start } = token;
  if (token.tokenType === t.OpenText) {
    const end = tokenEnd(token);
    b.problems.error('E0104', 'this string does not end on its line', start, end, {
      label: 'its closing `"` is missing',
      fixes: [b.problems.fix('Insert `"`', end, end, '"')],
    });
    return image.slice(1);
  }
  return image.slice(1, -1).replace(/\\(.)/g, (written, character: string, at: number) => {
    const meant = escapes[character];
    if (meant !== undefined) return meant;
    b.problems.error('E0115', `\`${written}\` means nothing in a string`, start + 1 + at, start + 3 + at, {
      recovered: true,
      help: ['a string knows `\\"`, `\\\\`, `\\n` and `\\t`; a backslash itself is written `\\\\`'],
      fixes: [b.problems.fix('Write `\\\\`', start + 1 + at, start + 2 + at, '\\\\')],
    });
    return written;
  });
}
