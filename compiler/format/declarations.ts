/** Declarations, and the file as a list of them. */
import type { Declaration, ImportDeclaration, Parameter, SourceModule, WhereClause } from '../1-parse/ast.ts';
import { all, commaList, type Doc, group, line, nest, newline, nothing, sequence, softline, space } from './doc.ts';
import { gapBefore, printGap } from './entries.ts';
import { braced, closing, lead, type Printer, word } from './printer.ts';
import { dataset, train } from './settings.ts';
import { assignment } from './statements.ts';
import { parameters, type } from './types.ts';

/** An empty line between declarations, but for overloads and one-liners of a kind that the author put close together. */
export function file(p: Printer, { declarations }: SourceModule, limit: number): Doc {
  const parts: Doc[] = [];
  let before: string | undefined;
  for (const [i, one] of declarations.entries()) {
    const gap = gapBefore(p.cursor, i === 0, one.kind !== 'import');
    const doc = declaration(p, one);
    const kind = oneLiner(one, doc, limit);
    const previous = declarations[i - 1];
    const overloads = one.kind === 'fn' && previous?.kind === 'fn' && previous.name.name === one.name.name;
    const apart = i > 0 && !overloads && (kind === undefined || kind !== before);
    const { comments, blank } = printGap(gap, apart);
    parts.push(comments, newline(blank), doc);
    before = kind;
  }
  const { comments } = printGap(gapBefore(p.cursor, declarations.length === 0, false));
  return sequence([...parts, comments]);
}

/** What kind of one-line declaration it is, if it is one; an intrinsic counts as one. */
function oneLiner(one: Declaration, doc: Doc, limit: number): string | undefined {
  if (one.kind === 'import' || one.kind === 'const') return one.kind;
  return one.kind === 'fn' && (!one.body || doc.width <= limit) ? one.kind : undefined;
}

function declaration(p: Printer, one: Declaration): Doc {
  switch (one.kind) {
    case 'import':
      return imported(p, one);
    case 'const':
      return all(word(p, 'const'), space, word(p), assignment(p, one.value));
    case 'fn': {
      const intrinsic = one.intrinsic ? all(word(p, 'intrinsic'), space) : nothing;
      return callable(p, { ...one, inputs: one.parameters, config: [] }, intrinsic);
    }
    case 'layer':
    case 'model':
    case 'augment':
      return callable(p, one, nothing);
    case 'optimizer':
      return callable(p, { ...one, where: [] }, nothing);
    case 'dataset':
      return dataset(p, one);
    case 'train':
      return train(p, one);
  }
}

function imported(p: Printer, { names }: ImportDeclaration): Doc {
  const keyword = word(p, 'import');
  const open = word(p, '{');
  while (p.cursor.skip(';'));
  const list = names.map(({ name }) => {
    const printed = all(lead(p), word(p, name));
    while (p.cursor.skip(',', ';'));
    return printed;
  });
  const close = closing(p, '}');
  return all(keyword, space, braced(open, commaList(list), close), space, word(p, 'from'), space, word(p));
}

interface Callable extends Pick<Extract<Declaration, { kind: 'fn' }>, 'result' | 'where' | 'body'> {
  readonly kind: string;
  readonly config: readonly Parameter[];
  readonly inputs: readonly Parameter[];
}

/**
 * `layer Name(config…)(inputs…) -> type { … }`. Where that is too long, or the author broke the line before the inputs, these
 * and perhaps the type begin a line, and so does the body; conditions always do, and what follows them.
 */
function callable(p: Printer, one: Callable, intrinsic: Doc): Doc {
  const name = all(intrinsic, word(p, one.kind), space, word(p));
  const groups = [lead(p), parameters(p, p.cursor.opensAgain ? one.config : one.inputs)];
  const keep = p.cursor.next === '(' && p.cursor.startsLine;
  const second = p.cursor.next === '(' ? all(lead(p), parameters(p, one.inputs)) : undefined;
  const result = one.result ? all(line, lead(p), word(p, '->'), space, type(p, one.result)) : nothing;
  const inputs = second ? all(keep ? newline() : softline, group(second, result)) : result;
  const signature = [name, ...groups, nest(inputs)];
  const conditions = nest(sequence(one.where.map((clause) => all(newline(), condition(p, clause)))));
  if (!one.body) return all(group(...signature), conditions);
  const before = lead(p);
  const body = p.recur.block(p, one.body);
  if (one.where.length === 0) return all(group(...signature, line, before), body);
  return all(group(...signature), conditions, newline(), before, body);
}

/** `where condition else "message"` */
function condition(p: Printer, clause: WhereClause): Doc {
  const before = lead(p);
  const test = all(word(p, 'where'), space, p.recur.expression(p, clause.condition));
  const otherwise = all(lead(p), word(p, 'else'), space, word(p));
  return all(before, group(test, nest(all(line, otherwise))));
}
