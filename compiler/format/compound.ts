/**
 * `if` and `for`. A conditional that does not fit on a line opens its blocks; or, where they are short or the author wrote it
 * so, has lines for them, in one of two ways (the second where it begins a line):
 *
 *     let shortcut = if stride != 1               if ceil { (size + 1) / 2 }
 *       { x |> downsample: Conv2d(width) }        else { size / 2 }
 *       else { x }
 */
import type { Expression } from '../1-parse/ast.ts';
import { all, commaList, type Doc, either, group, space } from './doc.ts';
import { closing, items, type Printer, word } from './printer.ts';

type If = Extract<Expression, { kind: 'if' }>;

export function conditional(p: Printer, one: If): Doc {
  const head = condition(p, one);
  let keep: 'all' | 'rest' | undefined = p.cursor.startsLine ? 'all' : undefined;
  const pieces = [p.recur.block(p, one.then)];
  let last = one;
  while (last.else) {
    if (p.cursor.startsLine) keep ??= 'rest';
    const word = closing(p, 'else');
    const { result } = last.else;
    if (p.cursor.next === 'if' && result?.kind === 'if') {
      last = result;
      const test = condition(p, last);
      pieces.push(all(word, space, test, space, p.recur.block(p, last.then)));
    } else {
      pieces.push(all(word, space, p.recur.block(p, last.else)));
      break;
    }
  }
  const open = all(head, ...pieces.flatMap((piece) => [space, piece]));
  return pieces.length === 1 ? open : either({ open, head, pieces, keep });
}

function condition(p: Printer, one: If): Doc {
  const keyword = word(p, 'if');
  return all(keyword, space, group(p.recur.expression(p, one.condition)));
}

/** `for c in C, y in H { … }`: the variables stay on one line, as a newline among them would end the statement. */
export function comprehension(p: Printer, one: Extract<Expression, { kind: 'for' }>): Doc {
  const keyword = word(p, 'for');
  const variables = items(p, one.variables, ({ name, extent }) =>
    all(word(p, name.name), space, word(p, 'in'), space, p.recur.expression(p, extent)),
  );
  return all(keyword, space, commaList(variables, space), space, p.recur.block(p, one.body));
}
